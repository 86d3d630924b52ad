// Called with the folder of purgecss and a settings file: prints the purged style sheet.
const { readFileSync } = require("fs");
const [, , library, settings] = process.argv;
const { PurgeCSS } = require(library);
// Names as they stand in tags (the words of the text are none) and anywhere in scripts.
const words = (content) => content.match(/[A-Za-z0-9_-]+/g) || [];
const inTags = (content) => words((content.match(/<[A-Za-z][^>]*>/g) || []).join(" "));
const extractors = [
  { extractor: inTags, extensions: ["html"] },
  { extractor: words, extensions: ["js"] },
];
const options = JSON.parse(readFileSync(settings, "utf8"));
new PurgeCSS()
  .purge({ ...options, extractors })
  .then(([result]) => process.stdout.write(result.css))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
