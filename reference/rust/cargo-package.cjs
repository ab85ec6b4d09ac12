/**
 * A Serverless Framework plugin: compiles the functions for the processor that will run them, and puts each as
 * `bootstrap` into its own zip. What was compiled once is kept outside the project (`cargo-cache.cjs`).
 */

const { access, mkdir, readFile, writeFile } = require('node:fs/promises');
const { join } = require('node:path');
const { compiled } = require('./cargo-cache.cjs');

/** A fixed time, so that the same programs make the same archives. */
const MTIME = new Date(1980, 0, 2);

/** An executable of Unix that everyone may run: Lambda runs functions as another user than the one that unpacks them. */
const EXECUTABLE = 0o100755 << 16;

/** The plugin; its shape is the framework's. */
class CargoPackage {
  constructor(serverless) {
    this.serverless = serverless;
    const zip = () => this.zipPrograms();
    this.hooks = {
      'before:package:createDeploymentArtifacts': zip,
      'before:deploy:function:packageFunction': zip,
    };
  }

  async zipPrograms() {
    const { service, serviceDir, classes } = this.serverless;
    // local-lambda says that it will run the package itself.
    const architecture = process.env.LOCAL_LAMBDA === '1' ? undefined : service.provider.architecture;
    const programs = await compiled(serviceDir, architecture).catch((error) => {
      throw new classes.Error(error.message, 'CARGO_PACKAGE');
    });
    const { zipSync } = require('fflate');
    await mkdir(join(serviceDir, '.serverless'), { recursive: true });
    for (const [name, described] of Object.entries(service.functions)) {
      const [program] = described.handler.split('.');
      const file = join(programs, program);
      await access(file).catch(() => {
        const allowed = 'a program of crates/lambda/src/bin, or one and a function of it';
        const problem = `the handler of ${name} must be ${allowed}; got ${described.handler}`;
        throw new classes.Error(problem, 'CARGO_PACKAGE');
      });
      const options = { mtime: MTIME, os: 3, attrs: EXECUTABLE };
      const artifact = join('.serverless', `${name}.zip`);
      await writeFile(
        join(serviceDir, artifact),
        zipSync({ bootstrap: [await readFile(file), options] }, { level: 9 }),
      );
      described.package = { ...described.package, artifact };
    }
  }
}

module.exports = CargoPackage;
