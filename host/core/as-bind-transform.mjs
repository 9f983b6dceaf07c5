/*
 * Runs the stock as-bind 0.8.2 transform on the current compiler.
 *
 * as-bind reads three enums by their names of before 0.20 through `visitor-as/as`, a CommonJS module
 * that asks for a CommonJS compiler. That one module is answered here, before as-bind asks for it.
 */
import { createRequire } from "node:module";
import * as asc from "assemblyscript";

const require = createRequire(import.meta.url);
const id = createRequire(require.resolve("as-bind")).resolve("visitor-as/as");
require.cache[id] = {
  id,
  filename: id,
  loaded: true,
  children: [],
  paths: [],
  exports: {
    CommonFlags: { MODULE_EXPORT: asc.CommonFlags.ModuleExport, DECLARE: asc.CommonFlags.Declare },
    NodeKind: { FUNCTIONDECLARATION: asc.NodeKind.FunctionDeclaration },
    ElementKind: { NAMESPACE: asc.ElementKind.Namespace },
  },
};

export default require("as-bind");
