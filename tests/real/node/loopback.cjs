// Preloaded with `node --require`. The network's services listen on every interface of the
// machine by themselves; a test must not be reachable from outside, so each is moved to 127.0.0.1.
'use strict'

const { Server } = require('node:net')

const HOST = '127.0.0.1'
const listen = Server.prototype.listen

const isPort = (value) => ['number', 'string'].includes(typeof value) && /^\d+$/.test(value)

Server.prototype.listen = function listenOnLoopback(first, ...rest) {
  const callbacks = rest.filter((argument) => typeof argument === 'function')
  if (isPort(first)) {
    return listen.call(this, { port: Number(first), host: HOST }, ...callbacks)
  }
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: HOST }, ...callbacks)
  }
  return listen.call(this, first, ...rest)
}
