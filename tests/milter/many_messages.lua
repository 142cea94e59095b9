-- Many messages on one connection, with the client giving up at each stage in between.
local conn = open()
greet(conn)
ok("helo again", mt.helo(conn, "other.partner.example"))

for round = 1, 5 do
    send(conn, {"<ben@inbox.example>"}, letter("round " .. round), "Hello.\r\n")
    not_held(conn, "a clean message")
    expect("the score is added", mt.eom_check(conn, MT_HDRADD, "X-Lazaret-Score"))

    -- RSET after MAIL, after RCPT, in the header, behind it, in the body.
    ok("mail", mt.mailfrom(conn, "<ada@partner.example>"))
    ok("abort", mt.abort(conn))

    envelope(conn, {"<held@strict.example>"})
    ok("abort", mt.abort(conn))

    envelope(conn, {"<held@strict.example>"})
    ok("header", mt.header(conn, "Subject", "given up"))
    ok("abort", mt.abort(conn))

    envelope(conn, {"<held@strict.example>"})
    fields(conn, letter("given up"))
    ok("abort", mt.abort(conn))

    envelope(conn, {"<held@strict.example>"})
    fields(conn, letter("given up"))
    ok("body", mt.bodystring(conn, "given up\r\n"))
    ok("abort", mt.abort(conn))
end

-- Nothing of an aborted message is left in the next one.
send(conn, {"<ben@inbox.example>"}, letter("the last"), "Hello.\r\n")
not_held(conn, "after all those")
mt.disconnect(conn)

-- The MTA goes away without a word, before, in and after a message.
for stage = 1, 4 do
    local gone = open()
    greet(gone)
    if stage > 1 then envelope(gone, {"<ben@inbox.example>"}) end
    if stage > 2 then fields(gone, letter("gone")) end
    if stage > 3 then finish(gone) end
    mt.disconnect(gone, false)
end

-- A connection that says nothing at all.
local silent = mt.connect("unix:" .. socket)
mt.disconnect(silent, false)

-- And one that says good-bye at once.
local brief = open()
mt.disconnect(brief)

local after = open()
greet(after)
send(after, {"<ben@inbox.example>"}, letter("still there"), "Hello.\r\n")
not_held(after, "after connections that broke")
mt.disconnect(after)
