/** The file that a first start makes: every setting that people look for, with its default, commented out. */
export const CONFIG_TEMPLATE = `# Bulkhead's settings. Every line that is commented out shows the default.
# "bulkhead config check" reads this file and tells every mistake; docs/guides/settings.md explains each.

# Where the hub listens, and what people type. An address that other machines reach needs public_url.
# listen: 127.0.0.1:8000
# public_url: http://127.0.0.1:8000
# public_names: []

authenticator:
  use: password           # password | dummy (one password for everybody: for tests and load only)
#   admins: []

spawner:
  use: auto               # auto: the strongest that holds on this machine | process: keeps nobody apart
#   command: [jupyterhub-singleuser]
#   environment: {}
#   start_timeout: 60s
`
