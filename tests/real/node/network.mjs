// A whole Bluesky network on loopback: PLC directory, PDS, AppView and what they need.
//
//   node --require ./loopback.cjs network.mjs CONTROL_PORT
//
// PostgreSQL and Redis are named by DB_POSTGRES_URL and REDIS_HOST. When the network is up,
// GET /addresses on the control port tells where its services are; POST /world/VERB changes the
// world and answers only when the AppView has seen the change.
import http from 'node:http'
import { TestNetwork } from '@atproto/dev-env'

const HOST = '127.0.0.1'
const PATIENCE_MS = 60_000
const controlPort = Number(process.argv[2])

const actors = new Map() // handle -> { agent, did, displayName, description }

// The open AppView finds actors by handle alone; display names are the business of a search
// service beside it, which answers with ids only. This stands in for that service: the AppView
// still fills in, filters and pages what it names.
function searchActors(query) {
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const limit = Number(query.get('limit') ?? 25)
  const start = Number(query.get('cursor') ?? 0)
  const hits = [...actors.entries()].filter(([handle, { displayName, description }]) => {
    const text = `${handle} ${displayName} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const end = start + limit
  const answer = { actors: hits.slice(start, end).map(([, { did }]) => ({ did })) }
  return end < hits.length ? { ...answer, cursor: String(end) } : answer
}

function known(handle) {
  const actor = actors.get(handle)
  if (!actor) throw new Error(`nobody here is called ${handle}`)
  return actor
}

async function writeProfile(actor, { displayName, description }) {
  Object.assign(actor, { displayName, description })
  await actor.agent.upsertProfile((old) => ({ ...old, displayName, description }))
}

const verbs = (network) => ({
  async join({ handle, ...profile }) {
    const agent = network.pds.getAgent()
    const email = `${handle}@mail.example`
    await agent.createAccount({ handle, email, password: `password of ${handle}` })
    const actor = { agent, did: agent.session.did }
    await writeProfile(actor, profile)
    actors.set(handle, actor)
    return { did: actor.did }
  },
  async describe({ handle, ...profile }) {
    await writeProfile(known(handle), profile)
  },
  async follow({ follower, followed }) {
    await known(follower).agent.follow(known(followed).did)
  },
  async unfollow({ follower, followed }) {
    const { agent, did } = known(follower)
    const { data } = await agent.com.atproto.repo.listRecords({
      repo: did,
      collection: 'app.bsky.graph.follow',
    })
    const record = data.records.find(({ value }) => value.subject === known(followed).did)
    if (!record) throw new Error(`${follower} does not follow ${followed}`)
    await agent.deleteFollow(record.uri)
  },
  async leave({ handle }) {
    await known(handle).agent.com.atproto.server.deactivateAccount({})
    actors.delete(handle)
  },
})

async function bodyOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text)
}

function answer(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value ?? {}))
}

function control(state) {
  return http.createServer(async (request, response) => {
    const url = new URL(request.url, `http://${HOST}`)
    try {
      if (url.pathname === '/xrpc/app.bsky.unspecced.searchActorsSkeleton') {
        return answer(response, 200, searchActors(url.searchParams))
      }
      if (!state.network) return answer(response, 503, { error: 'still starting' })
      if (url.pathname === '/addresses') return answer(response, 200, state.addresses)
      const verb = state.verbs[url.pathname.replace('/world/', '')]
      const result = await verb(await bodyOf(request))
      await state.network.processAll(PATIENCE_MS)
      return answer(response, 200, result)
    } catch (error) {
      return answer(response, 400, { error: String(error) })
    }
  })
}

const state = {}
const server = control(state).listen(controlPort, HOST)
const network = await TestNetwork.create({
  dbPostgresSchema: 'network',
  pds: { hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { searchUrl: `http://${HOST}:${controlPort}` },
})
state.addresses = { plc: network.plc.url, pds: network.pds.url, appview: network.bsky.url }
state.verbs = verbs(network)
state.network = network

process.on('SIGTERM', async () => {
  server.close()
  await network.close().catch(() => {})
  process.exit(0)
})
