// The page of an API in a real browser: read, signed in to, and tried; and that it runs nothing it should not.
//
//   node docs.js PROGRAM CHROMIUM FOLDER
//
// PROGRAM is courier; FOLDER gets its data and the pictures.
'use strict'
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { chromium } = require('playwright-core')

const [program, executablePath, folder] = process.argv.slice(2)

async function main () {
  const data = fs.mkdtempSync(path.join(folder, 'data-'))
  const server = spawn(program, ['--listen', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of server.stdout) {
    output += chunk
    if (/^listening on .*\n/m.test(output)) break
  }
  const origin = output.match(/^listening on (\S+)/m)[1]
  const { token } = JSON.parse(fs.readFileSync(path.join(data, 'development.json')))
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  const failures = []
  let number = 0
  function check (what, seen, wanted) {
    const good = wanted instanceof RegExp ? wanted.test(seen) : JSON.stringify(seen) === JSON.stringify(wanted)
    number++
    console.log(`${good ? 'ok  ' : 'FAIL'} ${number}. ${what}: ${String(JSON.stringify(seen)).slice(0, 200)}`)
    if (!good) failures.push(what)
  }
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1400 } })
    const page = await context.newPage()
    const said = []
    const foreign = []
    page.on('console', (message) => { if (message.type() === 'error') said.push(message.text()) })
    page.on('pageerror', (error) => said.push(String(error)))
    page.on('request', (request) => { if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) foreign.push(request.url()) })

    await page.goto(origin + '/docs')
    await page.waitForSelector('.opblock')
    check('the page names the API', await page.textContent('.info .title'), /^courier/)
    check('and its version of OpenAPI', await page.textContent('.version-stamp'), /OAS\s*3\.1/)
    check('every operation is there', await page.locator('.opblock').count(), 10)
    check('under what it belongs to', await page.locator('.opblock-tag').evaluateAll((tags) => tags.map((tag) => tag.dataset.tag)), ['agents', 'commands', 'health'])
    await page.screenshot({ path: path.join(folder, 'docs.png') })

    // An operation, tried.
    const tryIt = async (id, fill) => {
      const block = page.locator(`.opblock[id$="-${id}"]`)
      await block.locator('.opblock-summary-control').click()
      await block.locator('.try-out__btn').click()
      if (fill) await fill(block)
      await block.locator('.execute').click()
      const live = block.locator('.live-responses-table')
      await live.waitFor()
      return { status: (await live.locator('.response-col_status').last().textContent()).trim(), body: await live.locator('.response-col_description').last().textContent(), block }
    }
    const nobody = await tryIt('listAgents')
    check('without credentials it is refused', nobody.status, /^401/)

    await page.locator('.authorize').first().click()
    const dialog = page.locator('.modal-ux')
    check('both kinds of credentials are asked for', await dialog.locator('h4 code').allTextContents(), ['bearer', 'key'])
    await dialog.locator('input').first().fill(token)
    await dialog.locator('button[type=submit]').first().click()
    await dialog.locator('.btn-done').first().click()

    await nobody.block.locator('.execute').click()
    await nobody.block.locator('.live-responses-table', { hasText: '"items"' }).waitFor()
    check('with a token it is answered', (await nobody.block.locator('.live-responses-table .response-col_description').last().textContent()), /"items": \[\]/)

    const made = await tryIt('registerAgent', async (block) => {
      await block.locator('textarea.body-param__text').fill('{"hostname": "from-the-page", "platform": "linux", "version": "1"}')
    })
    check('what is sent is what was written', made.status, /^201/)
    check('and the answer is shown', made.body, /"hostname": "from-the-page"/)
    await page.screenshot({ path: path.join(folder, 'docs-tried.png'), fullPage: true })

    await made.block.locator('textarea.body-param__text').fill('{"hostname": "", "platform": "amiga"}')
    await made.block.locator('.execute').click()
    await made.block.locator('.live-responses-table', { hasText: 'validation_failed' }).waitFor()
    check('what is wrong is told', await made.block.locator('.live-responses-table').textContent(), /It must have at least 1 character/)

    check('nothing came from elsewhere', foreign, [])
    check('nothing was kept', await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ''])
    check('the policy was broken by nothing', said.filter((text) => !/status of (401|422)/.test(text)), [])

    // The same page, with a document that somebody has put something into.
    const hostile = await (await browser.newContext()).newPage()
    const evil = '</script><script>window.ran = 1</script><img src=x onerror="window.ran = 2"><a href="javascript:window.ran = 3">here</a> [there](javascript:window.ran=4)'
    await hostile.route('**/openapi.json', async (route) => {
      const response = await route.fetch()
      const document = await response.json()
      document.info.description = evil
      document.info.title += evil
      for (const item of Object.values(document.paths)) for (const operation of Object.values(item)) operation.description = operation.summary = evil
      await route.fulfill({ response, json: document })
    })
    await hostile.goto(origin + '/docs')
    await hostile.waitForSelector('.opblock')
    for (const link of await hostile.locator('a', { hasText: /here|there/ }).all()) await link.click({ timeout: 1000, noWaitAfter: true }).catch(() => {})
    await hostile.waitForTimeout(300)
    check('what stands in the document does not run', await hostile.evaluate(() => window.ran ?? 'nothing ran'), 'nothing ran')
    check('a page of another site cannot frame it', await framed(browser, origin), 'not framed')
  } finally {
    await browser.close()
    server.kill()
    fs.rmSync(data, { recursive: true, force: true })
  }
  if (failures.length > 0) {
    console.error(`${failures.length} of ${number} failed`)
    process.exit(1)
  }
  console.log(`all ${number} as they should be`)
}

async function framed (browser, origin) {
  const page = await (await browser.newContext()).newPage()
  await page.setContent(`<iframe src="${origin}/docs"></iframe>`)
  await page.waitForTimeout(500)
  const frame = page.frames()[1]
  const shown = await frame.evaluate(() => document.querySelector('#api') !== null).catch(() => false)
  return shown ? 'framed' : 'not framed'
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
