"""nbgrader's own JupyterHub client, put through a course: who is in it, before and after."""

import json
import sys

from nbgrader.auth.jupyterhub import JupyterHubAuthPlugin

student, course = sys.argv[1:]
plugin = JupyterHubAuthPlugin()
seen = [plugin.get_student_courses(student)]
plugin.add_student_to_course(student, course)
plugin.add_student_to_course(student, course)
seen.append(plugin.get_student_courses(student))
plugin.remove_student_from_course(student, course)
seen.append(plugin.get_student_courses(student))
print(json.dumps(seen))
