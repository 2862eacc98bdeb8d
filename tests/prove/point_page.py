"""The status page in a browser: it can be read light and dark, wide and narrow, by keyboard alone,
asks nobody but the daemon, and decides only for those who have the token."""

import http.client
import json
import time

from browser import Browser
from world import World, wait_until

TOKEN = "a-token-made-for-this-test"
LEAST_CONTRAST = 4.5
LOOKS = (("wide-light", 1280, 900, "light"), ("wide-dark", 1280, 900, "dark"),
         ("narrow-light", 360, 800, "light"), ("narrow-dark", 360, 800, "dark"))

# The text that is hardest to read: its contrast by WCAG's formula, and the text.
CONTRAST = """
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = one => {
    for (; one; one = one.parentElement) {
        const colour = rgb(getComputedStyle(one).backgroundColor);
        if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
};
let worst = [21, ""];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || !one.checkVisibility() || one.closest("script, style, option")) continue;
    const pair = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < worst[0]) worst = [contrast, node.data.trim().slice(0, 40)];
}
return worst;
"""
# Each place that takes the keyboard, numbered.
PLACES = """
const all = [...document.querySelectorAll("a[href], button, input, select")]
    .filter(one => one.checkVisibility());
all.forEach((one, i) => { one.dataset.place = i; });
return all.length;
"""
PLACES_LEFT = "return document.querySelectorAll('[data-place]').length"
FOCUS = """
const one = document.activeElement;
const style = getComputedStyle(one);
return [one.dataset.place === undefined ? -1 : Number(one.dataset.place),
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
"""


def fill(world):
    """Something to see everywhere, as a daemon would leave it."""
    contacts = [row[0] for row in world.query("SELECT id FROM intercom.live_contacts LIMIT 3")]
    for contact, state, reason in zip(contacts, ("parked", "conflict", "held"),
                                      ("nobody knows whether it took effect", None, None)):
        world.execute("INSERT INTO intercom_sync.outbox (operation, entity, entity_id, table_name,"
                      " row_id, fields, state, reason) VALUES ('update', 'contacts', %s, 'contacts',"
                      " %s, '{\"name\": \"Zoë\"}', %s, %s)", (contact, contact, state, reason))
    world.execute("INSERT INTO intercom_sync.conflict (outbox_id, table_name, row_id, field, base,"
                  " local, remote, policy) SELECT id, table_name, row_id, 'name', '\"Zoe\"',"
                  " '\"Zoë\"', '\"<b>Zoé</b>\"', 'manual' FROM intercom_sync.outbox"
                  " WHERE state = 'conflict'")
    world.execute("INSERT INTO intercom_sync.dead_letter (resource, record_id, projection, reason,"
                  " bytes) SELECT 'contacts', 'c' || n, 'list', 'no id', convert_to('{' || n, 'UTF8')"
                  " FROM generate_series(1, 3) AS n")
    world.execute("INSERT INTO intercom_sync.history (at, rows_applied, requests, quota_limit,"
                  " reads_waiting, lag_seconds)"
                  " SELECT date_trunc('minute', now()) - n * interval '1 minute',"
                  "        (400 + 300 * sin(n / 20.0))::bigint,"
                  "        ARRAY[n % 7, n % 13, 60, 30 + n % 20, (300 + 200 * cos(n / 30.0))::bigint],"
                  "        166, greatest(0, n * 10 - 900), 20 + n % 30"
                  "   FROM generate_series(1, 350) AS n ON CONFLICT DO NOTHING")


def wait_for_page(browser):
    wait_until(lambda: browser.run(
        "return document.querySelectorAll('#resources tr').length > 3"
        " && document.querySelectorAll('#runs tr').length > 1"
        " && document.querySelector('#plot-lag svg') !== null"), 60, "the page shows something")


def looks(browser, address, shots):
    for name, width, height, scheme in LOOKS:
        browser.look(width, height, scheme)
        browser.open(address)
        wait_for_page(browser)
        browser.save_screenshot(shots / f"{name}.png")
        wide = browser.run("return document.documentElement.scrollWidth")
        yield f"{name}: pixels the page takes in width", wide, f"≤ {width}", wide <= width
        contrast, text = browser.run(CONTRAST)
        yield f"{name}: least contrast of a text ({text})", f"{contrast:.1f}", \
            f"≥ {LEAST_CONTRAST}", contrast >= LEAST_CONTRAST


def shown_buttons(browser):
    return browser.run("return [...document.querySelectorAll('td button, #backfill button')]"
                       ".filter(one => one.checkVisibility()).length")


def reached_by_keyboard(browser):
    """Places there are, places that Tab comes to, those of them without a visible focus."""
    for _ in range(5):
        count = browser.run(PLACES)
        browser.run("document.activeElement.blur(); window.scrollTo(0, 0)")
        reached, unmarked = set(), set()
        for _ in range(count + 3):
            browser.press("Tab")
            place, is_marked = browser.run(FOCUS)
            reached.add(place)
            if not is_marked:
                unmarked.add(place)
        # When the page has shown something new meanwhile, the numbers are gone.
        if browser.run(PLACES_LEFT) == count:
            break
    return count, len(reached - {-1}), len(unmarked - {-1})


def log_in(browser, token):
    browser.run("document.getElementById('token').focus()")
    browser.type(token)
    browser.press("Enter")


def press_button(browser, body, text):
    """By keyboard."""
    wait_until(lambda: browser.run(
        "const one = [...document.querySelectorAll(`#${arguments[0]} button`)]"
        ".find(each => each.textContent === arguments[1]);"
        "if (one) one.focus(); return Boolean(one);", body, text), 30, f"there is {text}")
    browser.run("window.confirm = () => true")
    browser.press("Enter")


def deciding(world, browser, address, shots):
    browser.look(1280, 900, "light")
    browser.open(address)
    wait_for_page(browser)
    buttons = shown_buttons(browser)
    yield "buttons without the token", buttons, 0, buttons == 0
    shown = browser.run("return document.getElementById('conflicts').textContent")
    yield "values in conflict without the token", "•••" if "•••" in shown else shown, "•••", \
        "Zo" not in shown
    log_in(browser, "a-guess-that-is-wrong")
    wait_until(lambda: browser.run("return document.getElementById('said').textContent"), 30,
               "the page says something of the token")
    said = browser.run("return document.getElementById('said').textContent")
    yield "a wrong token is answered", said, "That is not the token.", \
        said == "That is not the token." and shown_buttons(browser) == 0

    log_in(browser, TOKEN)
    wait_until(lambda: shown_buttons(browser) > 5, 30, "the buttons are shown")
    shown = browser.run("return document.getElementById('conflicts').textContent")
    yield "markup in a value is shown as text", "<b>" in shown, True, "<b>Zoé</b>" in shown
    for name, width, height, scheme in LOOKS[::3]:
        browser.look(width, height, scheme)
        time.sleep(0.5)
        browser.save_screenshot(shots / f"deciding-{name}.png")
        wide = browser.run("return document.documentElement.scrollWidth")
        contrast, _ = browser.run(CONTRAST)
        yield f"with buttons, {name}: width, least contrast", f"{wide}, {contrast:.1f}", \
            f"≤ {width}, ≥ {LEAST_CONTRAST}", wide <= width and contrast >= LEAST_CONTRAST
    browser.look(1280, 900, "light")
    count, reached, unmarked = reached_by_keyboard(browser)
    yield f"of {count} places for the keyboard, reached and without a mark", \
        f"{reached}, {unmarked}", f"{count}, 0", (reached, unmarked) == (count, 0)

    for body, text, sql, wanted in (
            ("edits", "Retry", "SELECT count(*) FROM intercom_sync.outbox WHERE state = 'parked'", 0),
            ("edits", "Release", "SELECT count(*) FROM intercom_sync.outbox WHERE state = 'held'", 0),
            ("conflicts", "Take Intercom's",
             "SELECT count(*) FROM intercom_sync.conflict WHERE resolution IS NULL", 0),
            ("letters", "Discard", "SELECT count(*) FROM intercom_sync.dead_letter", 2),
            ("letters", "Replay", "SELECT count(*) FROM intercom_sync.dead_letter", 2)):
        press_button(browser, body, text)
        before = world.value(sql)
        wait_until(lambda: world.value(sql) == wanted, 30, f"{text} has an effect: {before}")
        left = world.value(sql)
        yield f"after {text}, of {body} left", left, wanted, left == wanted
    browser.run("document.getElementById('backfill-resource').value = 'tags';"
                "document.querySelector('#backfill button').focus()")
    browser.press("Enter")
    asked = wait_until(lambda: world.value(
        "SELECT count(*) FROM intercom_sync.backfill_request WHERE resource = 'tags'"), 30,
        "a backfill is asked for")
    yield "backfills asked for on the page", asked, 1, asked == 1


def strangers(world, port):
    """What neither a page of somebody else's nor a program without the token may do."""
    def post(headers, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/api/actions",
                           json.dumps(body or {"action": "discard_dead_letter", "id": 1}),
                           {"Content-Type": "application/json",
                            "Authorization": f"Bearer {TOKEN}", **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    before = world.value("SELECT count(*) FROM intercom_sync.dead_letter")
    statuses = [post({"Origin": "http://evil.example"}), post({"Sec-Fetch-Site": "cross-site"}),
                post({"Authorization": "Bearer nonsense"}), post({"Content-Type": "text/plain"}),
                post({}, {"action": "nothing known"})]
    after = world.value("SELECT count(*) FROM intercom_sync.dead_letter")
    yield "decisions from another page, of no token, of no JSON, of no sense", statuses, \
        [403, 403, 401, 415, 400], statuses == [403, 403, 401, 415, 400] and before == after


def show(settings):
    with World(settings, "page", companies=40, contacts=400, conversations=60, tickets=40,
               latency="1ms-5ms") as world:
        token = world.logs / "admin-token"
        token.write_text(TOKEN + "\n")
        world.environment["INTERCOM_MIRROR_HTTP_ADMIN_TOKEN_FILE"] = str(token)
        world.environment["INTERCOM_MIRROR_PUSH_ENABLED"] = "false"
        port = world.port_of(world.start())
        address = f"http://127.0.0.1:{port}/"
        wait_until(world.is_settled, 180, "the first mirror is complete")
        fill(world)
        shots = settings.logs / "page-screenshots"
        shots.mkdir(exist_ok=True)
        with Browser(world.logs / "chromedriver.log") as browser:
            yield from looks(browser, address, shots)
            yield from deciding(world, browser, address, shots)
            foreign = {one for one in browser.requested()
                       if not one.startswith((address, "data:", "chrome://"))}
            yield "requests to anybody but the daemon", ", ".join(sorted(foreign)) or 0, 0, \
                not foreign
            complaints = [one for one in browser.complaints() if " 401 " not in one]
            yield "complaints of the browser", "; ".join(complaints)[:300] or 0, 0, not complaints
        yield from strangers(world, port)
        world.environment.pop("INTERCOM_MIRROR_HTTP_ADMIN_TOKEN_FILE")
        reader = world.start("read-only")
        connection = http.client.HTTPConnection("127.0.0.1", world.port_of(reader), timeout=30)
        connection.request("POST", "/api/actions", "{}", {"Authorization": f"Bearer {TOKEN}"})
        status = connection.getresponse().status
        connection.close()
        yield "a decision where no token is configured", status, 403, status == 403
