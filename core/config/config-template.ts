/** The file that a first start makes: the settings that people look for, with their defaults, commented out. */
export const CONFIG_TEMPLATE = `# Bulkhead's settings. Lines that are commented out show the defaults; docs/reference/settings.md describes every setting.
# "bulkhead config set NAME VALUE" changes this file and keeps its comments; "bulkhead config check" tells every mistake in it.
# A running hub takes a change on at once, whole or not at all.

# Where the hub listens, and what people type. An address that other machines reach needs public_url.
# listen: 127.0.0.1:8000
# public_url: http://127.0.0.1:8000
# public_names: []
# tls: { key_file: "", cert_file: "" }
# trusted_proxies: []

# authenticator:
#   use: password           # password | dummy (one password for everybody: for tests and load only)
#   admins: []

# spawner:
#   use: auto               # auto: the strongest that holds on this machine | process: keeps nobody apart
#   command: [jupyterhub-singleuser]
#   environment: {}
#   start_timeout: 60s

# named_servers: { allow: true, per_user: 5 }
# culling: { idle_after: 1h, max_age: 0, warn_before: 10m }

# groups:
#   course-1: { users: [ada, bob] }

# roles:
#   - name: teacher
#     scopes: ["list:users!group=course-1", "access:servers!group=course-1"]
#     users: [bob]

# services:
#   - name: whoami
#     url: http://127.0.0.1:10101
#     api_token_file: whoami.token
`
