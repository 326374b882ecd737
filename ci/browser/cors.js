// CORS in a real browser: pages of one origin, an API of another.
//
//   node cors.js PROGRAM CHROMIUM
//
// PROGRAM is the example `cors`; it prints the two origins.
'use strict'
const { spawn } = require('node:child_process')
const { chromium } = require('playwright-core')

const [program, executablePath] = process.argv.slice(2)

// What a page sees of a request: its status and text, or that it sees nothing.
async function ask (frame, url, init) {
  return frame.evaluate(async ([url, init]) => {
    try {
      const response = await fetch(url, init)
      return { status: response.status, type: response.type, text: await response.text(), count: response.headers.get('x-count'), hidden: response.headers.get('x-hidden') }
    } catch (error) {
      return { blocked: true }
    }
  }, [url, init || {}])
}

async function main () {
  const server = spawn(program, [], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of server.stdout) {
    output += chunk
    if (output.split('\n').length > 2) break
  }
  const [pages, api] = output.trim().split('\n').slice(-2)
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  const failures = []
  let number = 0
  function check (what, seen, wanted) {
    const good = Object.entries(wanted).every(([name, value]) => value instanceof RegExp ? value.test(seen[name]) : seen[name] === value)
    number++
    console.log(`${good ? 'ok  ' : 'FAIL'} ${number}. ${what}: ${JSON.stringify(seen)}`)
    if (!good) failures.push(what)
  }
  try {
    const page = await (await browser.newContext()).newPage()
    const said = []
    page.on('console', (message) => said.push(message.text()))
    await page.goto(pages + '/')
    const blocked = { blocked: true }

    check('a simple request is read', await ask(page, api + '/things'), { status: 200, text: /^GET cookie=none preflights=0$/ })
    check('an exposed header is read, another is not', await ask(page, api + '/things'), { count: '3', hidden: null })
    check('a response with credentials is read', await ask(page, api + '/things', { credentials: 'include' }), { status: 200, text: /^GET cookie=none/ })
    check('the cookie comes back with the next', await ask(page, api + '/things', { credentials: 'include' }), { text: /^GET cookie=session=1/ })
    check('it does not without credentials', await ask(page, api + '/things', { credentials: 'omit' }), { text: /^GET cookie=none/ })
    check('a method is asked for', await ask(page, api + '/things', { method: 'PUT' }), { status: 200, text: /^PUT cookie=none preflights=1$/ })
    check('the answer is kept', await ask(page, api + '/things', { method: 'PUT' }), { status: 200, text: /preflights=1$/ })
    check('a header that is allowed is sent', await ask(page, api + '/things', { method: 'PUT', headers: { 'X-Request-Id': '1', 'Content-Type': 'application/json' }, body: '{}' }), { status: 200, text: /^PUT/ })
    check('a header that is not is refused', await ask(page, api + '/things', { headers: { 'X-Evil': '1' } }), blocked)
    check('a method that the route does not have is refused', await ask(page, api + '/things', { method: 'PATCH' }), blocked)
    check('the console says why', { said: said.join(' ') }, { said: /PATCH is not allowed by Access-Control-Allow-Methods/ })
    check('an error is read', await ask(page, api + '/things', { method: 'DELETE' }), { status: 409, text: /it is in use/ })
    check('a 404 is read', await ask(page, api + '/nowhere'), { status: 404, text: /not_found/ })
    check('a panic is read', await ask(page, api + '/broken', { method: 'PUT' }), { status: 500, text: /internal_server_error/ })
    check('what was sent too much is read', await ask(page, api + '/broken', { method: 'POST', body: 'five!' }), { status: 413 })
    check('what took too long is read', await ask(page, api + '/broken'), { status: 503, text: /in time/ })
    check('a preflight passes before authentication, and the 401 is read', await ask(page, api + '/locked', { method: 'PUT' }), { status: 401, text: /unauthorized/ })
    check('a redirect is followed and read', await ask(page, api + '/old'), { status: 200, text: /^GET/ })
    check('what is for everybody is read', await ask(page, api + '/any', { method: 'PUT' }), { status: 200 })
    check('but not with credentials', await ask(page, api + '/any', { credentials: 'include' }), blocked)
    check('what has no CORS is not read', await ask(page, api + '/own'), blocked)
    check('nor is it written', await ask(page, api + '/own', { method: 'PUT' }), blocked)
    check('without CORS, nothing is seen of it', await ask(page, api + '/own', { mode: 'no-cors' }), { type: 'opaque', status: 0 })

    const other = await (await browser.newContext()).newPage()
    await other.goto(api + '/any')
    check('the API reads itself', await ask(other, api + '/own'), { status: 200 })
    await other.goto(pages.replace('127.0.0.1', 'localhost') + '/')
    check('a page of another origin reads nothing', await ask(other, api + '/things'), blocked)
    check('nor with a preflight', await ask(other, api + '/things', { method: 'PUT' }), blocked)
    check('but what is for everybody', await ask(other, api + '/any'), { status: 200 })

    await other.goto(pages + '/frame')
    const frame = other.frames()[1]
    check('a sandboxed frame has no origin, and reads nothing', await ask(frame, api + '/things'), blocked)
    check('but what is for everybody', await ask(frame, api + '/any'), { status: 200 })
    check('and what is for null', await ask(frame, api + '/null', { method: 'PUT' }), { status: 200 })
  } finally {
    await browser.close()
    server.kill()
  }
  console.log(failures.length ? `${failures.length} of ${number} failed` : `all ${number} as the Fetch standard has it`)
  process.exit(failures.length ? 1 : 0)
}

main().catch((error) => { console.error(error); process.exit(1) })
