// osls loads no plugin from outside the folder of a service.
module.exports = require('../../deploy/guard.cjs');
