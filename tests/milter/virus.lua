-- A virus is refused for all. (test_process.py looks at the words.)
local conn = open()
greet(conn)
send(conn, {"<ben@inbox.example>", "<who@elsewhere.example>"}, letter("virus"), eicar .. "\r\n")
reply_is(conn, SMFIR_REPLYCODE, "a virus")
expect("nobody is taken off", not mt.eom_check(conn, MT_RCPTDELETE, "<ben@inbox.example>"))

-- In two pieces, cut in the middle by the MTA.
envelope(conn, {"<who@elsewhere.example>"})
fields(conn, letter("virus in pieces"))
ok("body", mt.bodystring(conn, string.sub(eicar, 1, 30)))
ok("body", mt.bodystring(conn, string.sub(eicar, 31) .. "\r\n"))
finish(conn)
reply_is(conn, SMFIR_REPLYCODE, "a virus in pieces, for a stranger")

-- The connection goes on, and its next message is judged on its own.
send(conn, {"<ben@inbox.example>"}, letter("harmless"), "x\r\n")
not_held(conn, "after a virus")
mt.disconnect(conn)
