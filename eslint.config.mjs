// Which JavaScript mistakes are worth failing for; how it looks is prettier's business.
import { createRequire } from "node:module";

// The checkers live under .local/, so that node_modules/ never appears beside the add-ons.
const require = createRequire(new URL("./.local/node/package.json", import.meta.url));
const js = require("@eslint/js");
const globals = require("globals");

export default [
    {
        ...js.configs.recommended,
        files: ["**/*.js"],
    },
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
        rules: {
            curly: "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "no-console": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_" }],
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
