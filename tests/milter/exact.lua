-- Header fields and body as only a byte for byte copy keeps them; run.py compares what was stored.
local conn = open()
greet(conn)
envelope(conn, {"<exact@strict.example>"}, "<ada@partner.example>", "exact1")
fields(conn, {
    {"From", "Ada <ada@partner.example>"},
    {"SuBjEcT", "odd case"},
    {"X-Tab", "\ttab"},
    {"X-Two", " two "},
    {"X-Fold", "one\n\ttwo\n three"},
    {"X-Empty", ""},
    {"X-Eight", "\233\195\169"},
    {"X-Same", "1"}, {"x-same", "2"}, {"X-Same", "1"},
    {"Message-ID", "<exact@partner.example>"},
})
ok("body", mt.bodystring(conn, "first\r\n.dot\r\n\r\n"))
ok("body", mt.bodystring(conn, "\233\127 \tlast, without an end"))
finish(conn)
held(conn, "the odd message", "<exact@strict.example>")

-- The same again is the retry of the same message: no second copy.
envelope(conn, {"<exact@strict.example>"}, "<ada@partner.example>", "exact2")
fields(conn, {
    {"From", "Ada <ada@partner.example>"},
    {"SuBjEcT", "odd case"},
    {"X-Tab", "\ttab"},
    {"X-Two", " two "},
    {"X-Fold", "one\n\ttwo\n three"},
    {"X-Empty", ""},
    {"X-Eight", "\233\195\169"},
    {"X-Same", "1"}, {"x-same", "2"}, {"X-Same", "1"},
    {"Message-ID", "<exact@partner.example>"},
})
ok("body", mt.bodystring(conn, "first\r\n.dot\r\n\r\n\233\127 \tlast, without an end"))
finish(conn)
held(conn, "the retry", "<exact@strict.example>")
mt.disconnect(conn)
