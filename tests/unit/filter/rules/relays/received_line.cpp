#include "milter/filter/rules/relays/received_line.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace lazaret::filter::rules;

TEST_CASE("a Received line is read whoever wrote it", "[relays]")
{
    struct Row {
        const char* says;
        const char* line;
        const char* text;
    };
    const auto row = GENERATE(values<Row>({
        {"Postfix",
         "from helo.example (name.example [192.0.2.1])\n\tby mx.example.org (Postfix) with ESMTPS "
         "id "
         "4XyZ1b\n\tfor <b@example.org>; Tue, 23 May 2006 13:06:35 -0400",
         "[ ip=192.0.2.1 rdns=name.example helo=helo.example by=mx.example.org ident= envfrom= "
         "intl=0 id=4XyZ1b auth= msa=0 ]"},
        {"Postfix, no name",
         "from helo.example (unknown [2001:db8::1]) by mx.example.org (Postfix) with ESMTP id 4XyZ",
         "[ ip=2001:db8::1 rdns= helo=helo.example by=mx.example.org ident= envfrom= intl=0 "
         "id=4XyZ "
         "auth= msa=0 ]"},
        {"sendmail, with ident and authentication",
         "from pc (IDENT:ann@pc.example [192.0.2.2] (may be forged)) (authenticated bits=0) by "
         "mx.example.org (8.12.6/8.12.6) with ESMTP id g9MF; Tue, 22 Oct 2002 16:32:39 +0100",
         "[ ip=192.0.2.2 rdns=pc.example helo=pc by=mx.example.org ident=ann envfrom= intl=0 "
         "id=g9MF auth=Sendmail msa=0 ]"},
        {"Exim",
         "from name.example ([192.0.2.3] helo=helo.example) by mx.example.org with esmtp (Exim "
         "4.50) id 18t301-0007Bh-00 for b@example.org",
         "[ ip=192.0.2.3 rdns=name.example helo=helo.example by=mx.example.org ident= envfrom= "
         "intl=0 id=18t301-0007Bh-00 auth= msa=0 ]"},
        {"Exim, by address, HELO an address",
         "from [192.0.2.4] (helo=[192.0.2.4] ident=ann) by mx.example.org with smtp (Exim 3.35) id "
         "194BE5",
         "[ ip=192.0.2.4 rdns= helo=!192.0.2.4! by=mx.example.org ident=ann envfrom= intl=0 "
         "id=194BE5 auth= msa=0 ]"},
        {"qmail",
         "from unknown (HELO helo.example) (ann@192.0.2.5) by mx.example.org with SMTP; 14 Nov "
         "2003 "
         "08:05:50 -0000",
         "[ ip=192.0.2.5 rdns= helo=helo.example by=mx.example.org ident=ann envfrom= intl=0 id= "
         "auth= msa=0 ]"},
        {"qmail, HELO was the name",
         "from name.example (192.0.2.6) by mx.example.org with SMTP; 14 Nov 2003 08:05:50 -0000",
         "[ ip=192.0.2.6 rdns=name.example helo=name.example by=mx.example.org ident= envfrom= "
         "intl=0 id= auth= msa=0 ]"},
        {"Microsoft SMTPSVC",
         "from helo.example ([192.0.2.7]) by mx.example.org with Microsoft SMTPSVC(5.0.2195.6624); "
         "Thu, 6 Mar 2003 12:02:35 -0800",
         "[ ip=192.0.2.7 rdns= helo=helo.example by=mx.example.org ident= envfrom= intl=0 id= "
         "auth= "
         "msa=0 ]"},
        {"Exchange, with a zone",
         "from a.example ([fe80::19bd:5226%6]) by b.example ([fe80::19bd:5227%6]) with mapi id "
         "15.20.1943.023; Wed, 5 Jun 2019 10:17:08 +0000",
         "[ ip=fe80::19bd:5226 rdns= helo=a.example by=b.example ident= envfrom= intl=0 id= auth= "
         "msa=0 ]"},
        {"the sender of the envelope, the session authenticated, IPv4 in IPv6",
         "from pc.example (pc.example [::ffff:192.0.2.8]) by mx.example.org (Postfix) with ESMTPSA "
         "id 77 (envelope-from <ann@example.com>)",
         "[ ip=192.0.2.8 rdns=pc.example helo=pc.example by=mx.example.org ident= "
         "envfrom=ann@example.com intl=0 id= auth=ESMTPSA msa=0 ]"},
        {"web mail", "from 192.0.2.9 by web.example.org with HTTP; Sat, 3 Apr 2004 10:33:43 -0500",
         "[ ip=192.0.2.9 rdns= helo= by=web.example.org ident= envfrom= intl=0 id= auth=HTTP msa=0 "
         "]"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto read = read_received(row.line);
        CHECK(read.kind == ReceivedLine::Kind::Handover);
        CHECK(read.relay.text == row.text);
    }
}

TEST_CASE("a Received line may tell of no handover", "[relays]")
{
    using Kind = ReceivedLine::Kind;
    struct Row {
        const char* says;
        const char* line;
        Kind kind;
    };
    const auto row = GENERATE(values<Row>({
        {"no from", "(qmail 84907 invoked by uid 225); 14 Mar 2003 07:24:34 -0000", Kind::Skipped},
        {"by a local program", "from ann by mx.example.org with local (Exim 4.12) id 18xeL6",
         Kind::Skipped},
        {"no address",
         "from a.example by mx.example.org with SMTP id 1234; Tue, 23 May 2006 13:06:35 -0400",
         Kind::Skipped},
        {"names only", "from a.example by b.example ; Thu, 20 Feb 2003 23:32:58 +0100",
         Kind::Skipped},
        {"fetched",
         "from mail.example [127.0.0.1] and so on with IMAP (fetchmail-5.9.0) for b@localhost",
         Kind::Fetched},
        {"no form", "from here to there", Kind::Unparseable},
        {"nothing", "", Kind::Skipped},
        {"from alone", "from ", Kind::Skipped},
        {"odd bytes", "from \xff\xfe (\x01[]) by ", Kind::Unparseable},
    }));
    DYNAMIC_SECTION(row.says) { CHECK(read_received(row.line).kind == row.kind); }
}

TEST_CASE("no Received line is slow to read", "[relays]")
{
    const auto repeated = [](std::string_view text) {
        std::string line = "from ";
        while (line.size() < 60000) line += text;
        return line;
    };
    for (const auto* text : {"a (", "(b [192.0.2.1] ", " by ", "a [", ") by a (", "id ", "::", "@",
                             " with ", "(authenticated", "helo=", "envelope-from <> ", "(((", "1."})
        CHECK_NOTHROW(read_received(repeated(text)));
}
