// A small server on the Fedify framework: `node server.mjs PORT PEOPLE`, where PEOPLE is a JSON file
// of { name: { name, summary, follows: [name] } }. Who follows whom is open to all, a few at a time.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createFederation, MemoryKvStore } from '@fedify/fedify'
import { Person } from '@fedify/vocab'

const PER_PAGE = 20
const [port, file] = process.argv.slice(2)
const people = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))))
const followers = (who) => [...people].filter(([, each]) => each.follows.includes(who)).map(([name]) => name)

const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true })

federation.setActorDispatcher('/users/{identifier}', (context, who) => {
  const person = people.get(who)
  if (person === undefined) return null
  return new Person({
    id: context.getActorUri(who),
    preferredUsername: who,
    name: person.name,
    summary: person.summary,
    url: context.getActorUri(who),
    inbox: context.getInboxUri(who),
    followers: context.getFollowersUri(who),
    following: context.getFollowingUri(who),
  })
})
federation.setInboxListeners('/users/{identifier}/inbox', '/inbox')

const page = (all, cursor, shown) => {
  const from = Number(cursor ?? 0)
  const next = from + PER_PAGE
  return {
    items: all.slice(from, next).map(shown),
    nextCursor: next < all.length ? String(next) : null,
  }
}
federation
  .setFollowersDispatcher('/users/{identifier}/followers', (context, who, cursor) =>
    people.has(who)
      ? page(followers(who), cursor, (name) => ({
          id: context.getActorUri(name),
          inboxId: context.getInboxUri(name),
        }))
      : null,
  )
  .setFirstCursor(() => '0')
  .setCounter((_, who) => followers(who).length)
federation
  .setFollowingDispatcher('/users/{identifier}/following', (context, who, cursor) =>
    people.has(who)
      ? page(people.get(who).follows, cursor, (name) => context.getActorUri(name))
      : null,
  )
  .setFirstCursor(() => '0')
  .setCounter((_, who) => people.get(who)?.follows.length ?? 0)

createServer(async (asked, answer) => {
  const request = new Request(`http://localhost:${port}${asked.url}`, {
    method: asked.method,
    headers: asked.headers,
  })
  const told = await federation.fetch(request, { contextData: undefined })
  answer.writeHead(told.status, Object.fromEntries(told.headers))
  answer.end(Buffer.from(await told.arrayBuffer()))
}).listen(Number(port), '127.0.0.1')
