// node docs_search.cjs SITE QUESTIONS: for each question the pages that the site's own search lists,
// the best first, as JSON. The search of the site is the theme's worker; here it runs without a browser.
'use strict'

const { readdirSync, readFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { createContext, runInContext } = require('node:vm')

const [SETUP, QUERY] = [0, 2]
const [site, questions] = process.argv.slice(2)
const folder = join(site, 'assets/javascripts/workers')
const worker = readdirSync(folder).find((name) => /^search.*\.js$/.test(name))

let hear
let answer
const context = createContext({
  console,
  addEventListener: (_kind, listener) => { hear = listener },
  postMessage: (message) => answer(message),
  importScripts: (...names) => names.forEach((name) => run(resolve(folder, name))),
})
context.self = context

function run(path) {
  runInContext(readFileSync(path, 'utf8'), context, { filename: path })
}

function send(type, data) {
  return new Promise((told) => {
    answer = told
    hear({ data: { type, data } })
  })
}

async function main() {
  run(join(folder, worker))
  const index = JSON.parse(readFileSync(join(site, 'search/search_index.json'), 'utf8'))
  await send(SETUP, { ...index, options: { suggest: false } })
  const found = {}
  for (const question of JSON.parse(questions)) {
    const { data } = await send(QUERY, question)
    found[question] = data.items.map(([page]) => page.location.split('#')[0])
  }
  process.stdout.write(JSON.stringify(found))
}

main()
