// Called with the folder of purgecss and a settings file: prints the purged style sheet.
const { readFileSync } = require("fs");
const [, , library, settings] = process.argv;
const { PurgeCSS } = require(library);
// Class names as they stand in HTML and in scripts, colons and slashes included.
const words = (content) => content.match(/[A-Za-z0-9_-]+/g) || [];
const options = JSON.parse(readFileSync(settings, "utf8"));
new PurgeCSS()
  .purge({ ...options, defaultExtractor: words })
  .then(([result]) => process.stdout.write(result.css))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
