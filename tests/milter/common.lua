-- What the scripts share. Each is run with -D socket=unix:/path; the milter is running already.

messages = 0

-- Runs a script. miltertest itself ends without a word when one fails.
function attempt(script)
    local good, problem = pcall(script)
    mt.echo(good and "all of it" or tostring(problem))
    if not good then error(problem, 0) end
end

function fail(text) error(text, 0) end

function expect(what, condition)
    if not condition then fail("not as expected: " .. what) end
end

function ok(what, problem)
    if problem ~= nil then fail(what .. ": " .. tostring(problem)) end
end

-- A connection, negotiated as Postfix does unless a test says otherwise.
function open(actions, steps)
    local conn = mt.connect("unix:" .. socket, 100, 0.1)
    if conn == nil then fail("cannot connect") end
    ok("negotiate", mt.negotiate(conn, 6, actions, steps))
    return conn
end

function greet(conn, ip, name)
    ok("conninfo", mt.conninfo(conn, name or "mail.partner.example", ip or "192.0.2.7"))
    ok("helo", mt.helo(conn, "mail.partner.example"))
end

-- The envelope of one message; recipients are given as a list.
function envelope(conn, recipients, sender, queue)
    messages = messages + 1
    mt.macro(conn, SMFIC_MAIL, "i", queue or (name .. messages))
    ok("mail", mt.mailfrom(conn, sender or "<ada@partner.example>", "BODY=8BITMIME"))
    for _, one in ipairs(recipients) do ok("rcpt", mt.rcptto(conn, one)) end
end

function fields(conn, list)
    for _, field in ipairs(list) do ok("header", mt.header(conn, field[1], field[2])) end
    ok("eoh", mt.eoh(conn))
end

function finish(conn) ok("eom", mt.eom(conn)) end

-- The reply to the end of the message.
function reply_is(conn, wanted, what)
    local got = mt.getreply(conn)
    if got ~= wanted then
        fail(what .. ": the reply is '" .. string.char(got) .. "', not '" .. string.char(wanted) .. "'")
    end
end

-- One whole message. `text` has lines in CRLF, or is nil for an empty body.
function send(conn, recipients, header, text, sender)
    envelope(conn, recipients, sender)
    fields(conn, header)
    if text ~= nil then ok("body", mt.bodystring(conn, text)) end
    finish(conn)
end

-- (With HDR_LEADSPC negotiated, mt.header puts the space in front of a value itself.)
function letter(subject)
    messages = messages + 1
    return {{"From", "Ada <ada@partner.example>"}, {"To", "ben@inbox.example"},
            {"Subject", "" .. subject}, {"Message-ID", "<" .. name .. messages .. "@partner.example>"},
            {"Date", "Mon, 23 Nov 2026 09:00:00 +0100"}}
end

function accepted(conn, what)
    reply_is(conn, SMFIR_CONTINUE, what)
end

function held(conn, what, recipient)
    accepted(conn, what)
    expect(what .. ": " .. recipient .. " is taken off", mt.eom_check(conn, MT_RCPTDELETE, recipient))
end

-- Nobody of these is taken off. (mt.eom_check wants to be told whom to look for.)
function not_held(conn, what, ...)
    accepted(conn, what)
    for _, one in ipairs({"<ben@inbox.example>", "<held@strict.example>", ...}) do
        expect(what .. ": " .. one .. " stays", not mt.eom_check(conn, MT_RCPTDELETE, one))
    end
end
