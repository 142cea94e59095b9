#include "milter/filter/rules/language/rule_source.hpp"

#include "tests/support/catch.hpp"

namespace lazaret::filter::rules {
namespace {

RuleSource read(const std::string& text)
{
    const std::vector<RuleFile> files{{"/rules/local.cf", text}};
    return read_rules(files, [](const std::string& path) -> Result<std::string, std::string> {
        if (path == "/rules/more.cf") return "score MORE 7\nbody MORE /more/\n";
        if (path == "/rules/round.cf") return "score ROUND (1)\ninclude round.cf\n";
        if (path.starts_with("/rules/deep")) return "include " + path + "r\n";
        return because(std::string{"is not there"});
    });
}

const Rule& rule(const RuleSource& source, std::string_view name)
{
    const auto found = source.rules.find(name);
    REQUIRE(found != source.rules.end());
    return found->second;
}

}  // namespace

TEST_CASE("a rule is what all lines about it say", "[rules][source]")
{
    const auto source = read(
        "score OFFER 2.5   # before the rule\n"
        "body OFFER /special \\# offer/i\n"
        "describe OFFER Speaks of an offer\n"
        "lang de describe OFFER Spricht von einem Angebot\n"
        "tflags OFFER multiple,maxhits=3 nosubject\n"
        "priority OFFER -50\n");
    CHECK(source.problems.empty());
    const auto& offer = rule(source, "OFFER");
    CHECK(std::get<BodyRule>(offer.test).pattern == Pattern{"special # offer", "i"});
    CHECK(offer.scores == std::array<double, 4>{2.5, 2.5, 2.5, 2.5});
    CHECK(offer.flags.multiple);
    CHECK(offer.flags.most_hits == 3);
    CHECK(offer.flags.no_subject);
    CHECK(offer.priority == -50);
    CHECK(offer.description == "Speaks of an offer");
    CHECK(offer.descriptions.texts().at("de") == "Spricht von einem Angebot");
    CHECK(offer.place == Place{"/rules/local.cf", 2});
}

TEST_CASE("descriptions are in the charset that their language has by then", "[rules][source]")
{
    const auto source = read(
        "body OFFER /offer/\n"
        "lang de report_charset iso-8859-1\n"
        "lang de describe OFFER F\xfcr Sie\n"
        "lang pl report_charset ISO-8859-2\n"
        "lang pl describe OFFER Dla ludzi z \xa3odzi\n"
        "lang fr describe OFFER \xc3\x80 vous\n");
    CHECK(source.problems.empty());
    const auto& offer = rule(source, "OFFER");
    CHECK(offer.descriptions.texts().at("de") == "Für Sie");
    CHECK(offer.descriptions.texts().at("pl") == "Dla ludzi z Łodzi");
    CHECK(offer.descriptions.texts().at("fr") == "À vous");
}

TEST_CASE("scores have sets, defaults and steps", "[rules][source]")
{
    const auto source = read(
        "body PLAIN /a/\nbody T_TRIAL /a/\nbody GOOD /a/\ntflags GOOD nice\n"
        "body FOUR /a/\nscore FOUR 1 2 3 4\nscore FOUR (0.5)\n"
        "score WRONG (1)\nscore WRONG x\nscore WRONG 1 2\n"
        "score WRONG nan\nscore WRONG 1 2 inf 4\n");
    CHECK(rule(source, "PLAIN").scores[0] == 1.0);
    CHECK(rule(source, "T_TRIAL").scores[3] == 0.01);
    CHECK(rule(source, "GOOD").scores[0] == -1.0);
    CHECK(rule(source, "FOUR").scores == std::array<double, 4>{1.5, 2.5, 3.5, 4.5});
    CHECK(source.problems.size() == 5);
}

TEST_CASE("conditions choose lines", "[rules][source]")
{
    const auto source = read(
        "loadplugin Mail::SpamAssassin::Plugin::HTMLEval\n"
        "ifplugin Mail::SpamAssassin::Plugin::HTMLEval\nbody A1 /a/\nelse\nbody A2 /a/\nendif\n"
        "ifplugin Mail::SpamAssassin::Plugin::Nowhere\nbody B1 /a/\n"
        "if (version >= 3.004000)\nbody B2 /a/\nelse\nbody B3 /a/\nendif\nelse\nbody B4 "
        "/a/\nendif\n"
        "if (version >= 4.000000) && !(plugin(Mail::SpamAssassin::Plugin::X))\nbody C1 /a/\nendif\n"
        "if can(Mail::SpamAssassin::Conf::feature_bug6558_free)\nbody D1 /a/\nendif\n"
        "if !can(Mail::SpamAssassin::Plugin::HTMLEval::anything)\nbody D2 /a/\nendif\n"
        "if (version >= 3.4.0)\nbody E1 /a/\nendif\n"
        "if (version >= 3.4.10) && (version < 4.0.2)\nbody E2 /a/\nendif\n"
        "if (version > 4.0.1)\nbody E3 /a/\nendif\n"
        "if plugin(\"Mail::SpamAssassin::Plugin::HTMLEval\")\nbody F1 /a/\nendif\n"
        "if plugin('Mail::SpamAssassin::Plugin::X')\nbody F2 /a/\nendif\n");
    CHECK(source.problems.empty());
    std::string names;
    for (const auto& [name, one] : source.rules) names += name + " ";
    CHECK(names == "A1 B4 C1 D1 E1 E2 F1 ");
    CHECK(read("if version >= 3.4.0.1\nbody A /a/\nendif\n").problems.size() == 1);
}

TEST_CASE("compatibility that is turned on is what conditions ask for", "[rules][source]")
{
    const auto source = read(
        "enable_compat welcomelist_blocklist\n"
        "if can(Mail::SpamAssassin::Conf::compat_welcomelist_blocklist)\nbody NEW /a/\nendif\n"
        "if !can(Mail::SpamAssassin::Conf::compat_welcomelist_blocklist)\nbody OLD /a/\nendif\n"
        "if can(Mail::SpamAssassin::Conf::compat_other)\nbody OTHER /a/\nendif\n");
    CHECK(source.problems.empty());
    CHECK(source.rules.size() == 1);
    CHECK(source.rules.contains("NEW"));
}

TEST_CASE("what means something else than it seems to is named", "[rules][source]")
{
    struct Row {
        const char* line;
        std::size_t problems;
    };
    const auto row = GENERATE(values<Row>({
        {"header A From:addr:first =~ /a/", 0},
        {"header A From:adr =~ /a/", 1},
        {"header A exists:From:RAW", 1},
        {"lang de report Bericht", 0},
        {"lang en score A 3", 1},
        {"if 0\nelse if 1\nbody B /b/\nendif", 1},
        {"loadplugin Mail::SpamAssassin::Plugin::BodyEval\n"
         "if !can(Mail::SpamAssassin::Plugin::BodyEval::has_check_body_length)\nno such line\n"
         "endif",
         0},
        {"loadplugin Mail::SpamAssassin::Plugin::BodyEval\n"
         "if can(Mail::SpamAssassin::Plugin::BodyEval::has_what_comes_later)\nno such line\nendif",
         0},
    }));
    CAPTURE(row.line);
    const auto source = read(row.line);
    CHECK(source.problems.size() == row.problems);
    CHECK(source.rules.size() == (row.line == std::string_view{"header A From:addr:first =~ /a/"}));
}

TEST_CASE("a setting that we have one value of is named where it says another", "[rules][source]")
{
    const auto source = read(
        "normalize_charset 1\nnormalize_charset 0\nnormalize_charset yes\n"
        "body_part_scan_size 50000\nrawbody_part_scan_size 500000\n");
    REQUIRE(source.problems.size() == 1);
    CHECK_FALSE(source.problems[0].is_mistake);
    CHECK(source.problems[0].place.line == 2);
    CHECK(source.problems[0].what == "'normalize_charset 0' has no effect: it is always 1");
}

TEST_CASE("what is not understood is named with its line, and the rest works", "[rules][source]")
{
    const auto source = read(
        "body GOOD /a/\nbody BAD a\nfrobnicate 7\nheader 9X Subject =~ /a/\nheader NOPE Subject "
        "/a/\n"
        "endif\nif (foo\nbody LOST /a/\n");
    CHECK(source.rules.contains("GOOD"));
    CHECK_FALSE(source.rules.contains("BAD"));
    std::string lines;
    for (const auto& problem : source.problems) lines += std::to_string(problem.place.line) + " ";
    CHECK(lines == "2 3 4 5 6 7 7 ");
}

TEST_CASE("files include others, but not without end", "[rules][source]")
{
    CHECK(rule(read("include more.cf\n"), "MORE").scores[0] == 7);
    CHECK(rule(read("include more.cf\n"), "MORE").place == Place{"/rules/more.cf", 2});
    CHECK(read("include nowhere.cf\n").problems.size() == 1);
    CHECK(read("include deep\n").problems.size() == 1);
    // Each counts once, whoever includes it.
    const auto round = read(
        "body ROUND /a/\nscore ROUND 1\ninclude round.cf\ninclude round.cf\ninclude local.cf\n");
    CHECK(round.problems.empty());
    CHECK(rule(round, "ROUND").scores[0] == 2.0);
}

TEST_CASE("rules without a score have the one that their author suggests", "[rules][source]")
{
    const std::string text =
        "body A /a/\n#      score    A 0.25   # limit\n"
        "body B /b/\n# score B 3.5\nscore B 1.5\n"
        "body C /c/\n  #score C 4.0\nbody D /d/\n"
        "body E /e/\ntflags E nice\n#score E -0.5\nbody T_F /f/\n# score T_F 2\n"
        "body G /g/\n# score G nan\n# score G\n# score G 1 2 3 4\n# the score G 0.1\n";
    const auto score = [&](UnsaidScores unsaid, const char* name, const char* other = "") {
        const std::vector<RuleFile> files{{"/rules/72_active.cf", text},
                                          {std::string{"/rules/"} + other, ""}};
        const auto source = read_rules(
            files, [](const auto&) { return because(std::string{"is not there"}); }, unsaid);
        CHECK(source.problems.empty());
        const auto& one = rule(source, name);
        CHECK(one.is_score_suggested ==
              (unsaid == UnsaidScores::Suggested && std::string_view{name} != "B" &&
               std::string_view{name} != "D" && std::string_view{name} != "G" && *other == 0));
        return one.scores[0];
    };
    CHECK(score(UnsaidScores::Suggested, "A") == 0.25);
    CHECK(score(UnsaidScores::Suggested, "B") == 1.5);
    CHECK(score(UnsaidScores::Suggested, "C") == most_suggested);
    CHECK(score(UnsaidScores::Suggested, "D") == 1.0);
    CHECK(score(UnsaidScores::Suggested, "E") == -0.5);
    CHECK(score(UnsaidScores::Suggested, "T_F") == 2.0);
    CHECK(score(UnsaidScores::Suggested, "G") == 1.0);
    // Where they were measured, who has none was meant to have 1.
    CHECK(score(UnsaidScores::Suggested, "A", "72_scores.cf") == 1.0);
    CHECK(score(UnsaidScores::One, "A") == 1.0);
    CHECK(score(UnsaidScores::One, "E") == -1.0);
}

TEST_CASE("a rule stays when what is to take its place has a wrong pattern", "[rules][source]")
{
    const auto source = read(
        "body A /apples/\nbody A /(/\nheader B Subject =~ /b/\n"
        "header B Subject =~ /[/\nbody C /c/\nbody C /d/\n");
    CHECK(rule(source, "A").text == "body /apples/");
    CHECK(rule(source, "B").text == "header Subject =~ /b/");
    CHECK(rule(source, "C").text == "body /d/");
    CHECK(source.problems.size() == 2);
}

TEST_CASE("modules that are not ours, and settings that we do not have, are named",
          "[rules][source]")
{
    const auto source = read(
        "loadplugin My::Own /etc/Own.pm\nloadplugin Mail::SpamAssassin::Plugin::SPF\n"
        "dns_query_restriction alow example.org\nreplace_start {\nreplace_start <\n");
    std::string all;
    for (const auto& problem : source.problems) all += problem.what + "\n";
    CHECK(all ==
          "the module My::Own is not ours: what it does is left out\n"
          "dns_query_restriction needs allow or deny, and domains\n"
          "'replace_start {' has no effect: it is always <\n");
}

TEST_CASE("a score that a site has commented out is no suggestion", "[rules][source]")
{
    const std::vector<RuleFile> files{
        {"/rules/72_active.cf", "body A /a/\n#score A 0.25\nbody B /b/\nbody D /d/\n#score D 2\n"},
        {"/rules/73_manual.cf", "#score D 0.5\n"},
        {"/etc/local.cf", "#score A 5\n# score B 0\nbody C /c/\n#score C 2\n"}};
    const auto source = read_rules(
        files, [](const auto&) { return because(std::string{"is not there"}); },
        UnsaidScores::Suggested);
    CHECK(rule(source, "A").scores[0] == 0.25);
    CHECK(rule(source, "B").scores[0] == 1.0);
    CHECK_FALSE(rule(source, "B").is_score_suggested);
    CHECK(rule(source, "C").scores[0] == 1.0);
    CHECK(rule(source, "D").scores[0] == 0.5);
}

TEST_CASE("scores that sa-update brought are measured where another file includes them",
          "[rules][source]")
{
    const std::vector<RuleFile> files{{"/etc/local.cf", "body A /a/\n#score A 2\n"},
                                      {"/updates.cf", "include updates/72_scores.cf\n"}};
    const auto source = read_rules(
        files,
        [](const std::string& path) -> Result<std::string, std::string> {
            if (path == "/updates/72_scores.cf") return "score B 1\n";
            return because(std::string{"is not there"});
        },
        UnsaidScores::Suggested);
    CHECK(source.problems.empty());
    CHECK(rule(source, "A").scores[0] == 1.0);
    CHECK_FALSE(rule(source, "A").is_score_suggested);
}

TEST_CASE("the rest of a file for another version is left out", "[rules][source]")
{
    const auto source = read("body A /a/\nrequire_version 3.001\nbody B /a/\n");
    CHECK(source.rules.contains("A"));
    CHECK_FALSE(source.rules.contains("B"));
    CHECK(source.problems.size() == 1);
    CHECK(read("require_version @@VERSION@@\nbody B /a/\n").rules.contains("B"));
}

TEST_CASE("the rest of an 'if' for another version is left out, and no more", "[rules][source]")
{
    const auto source = read(
        "if (version >= 3)\nbody A /a/\nrequire_version 3.001\nbody B /a/\nelse\nbody C /a/\n"
        "endif\nbody D /a/\n");
    CHECK(source.rules.contains("A"));
    CHECK_FALSE(source.rules.contains("B"));
    CHECK_FALSE(source.rules.contains("C"));
    CHECK(source.rules.contains("D"));
    CHECK(source.problems.size() == 1);
}

TEST_CASE("settings keep their lines, under their new names", "[rules][source]")
{
    const auto source = read(
        "whitelist_from *@example.org\nwelcomelist_from *@example.com a@b.test\n"
        "trusted_networks 192.0.2.0/24\nclear_trusted_networks\ntrusted_networks 198.51.100.7\n");
    CHECK(source.settings.words("welcomelist_from") ==
          std::vector<std::string_view>{"*@example.org", "*@example.com", "a@b.test"});
    CHECK(source.settings.last("trusted_networks") == "198.51.100.7");
    CHECK(source.settings.lines("trusted_networks").size() == 1);
}

TEST_CASE("a setting of yes and no is said in any case, and what says neither is named",
          "[rules][source]")
{
    struct Row {
        const char* lines;
        bool is_on;
        std::size_t problems;
    };
    const auto row = GENERATE(values<Row>({
        {"", true, 0},
        {"parse_dkim_uris 0\n", false, 0},
        {"parse_dkim_uris No\n", false, 0},
        {"parse_dkim_uris 0\nparse_dkim_uris YES\n", true, 0},
        {"parse_dkim_uris true\n", true, 1},
        {"parse_dkim_uris 0\nparse_dkim_uris on\nparse_dkim_uris\n", false, 2},
    }));
    DYNAMIC_SECTION(row.lines)
    {
        const auto source = read(row.lines);
        CHECK(source.settings.is_on("parse_dkim_uris", true) == row.is_on);
        CHECK(source.problems.size() == row.problems);
    }
}

TEST_CASE("only what there is can be cleared", "[rules][source]")
{
    CHECK(read("clear_trusted_networks\nclear_headers\nclear_util_rb\nclear_asn_lookups\n"
               "clear_dns_query_restrictions\nclear_dns_servers\nclear_uridnsbl_skip_domain\n"
               "clear_url_shortener\nclear_originating_ip_headers\nclear_report_template\n")
              .problems.empty());
    const auto source = read("trusted_networks 192.0.2.0/24\nclear_trusted_network\n");
    REQUIRE(source.problems.size() == 1);
    CHECK(source.problems[0].place.line == 2);
    CHECK(source.settings.lines("trusted_networks").size() == 1);
}

TEST_CASE("header tests are read", "[rules][source]")
{
    const auto source = read(
        "header A Subject =~ /x/\nheader B From:addr !~ m{y}i\nheader C exists:List-Id\n"
        "header D X-Odd: =~ /z/ [if-unset: none]\n"
        "header E eval:check_this('a', \"b c\", 7, ex.org)\n"
        "header F eval:check_from_in_whitelist()\n");
    CHECK(source.problems.empty());
    CHECK(std::get<HeaderRule>(rule(source, "B").test).test ==
          HeaderTest{"From:addr", false, true, std::nullopt, {"y", "i"}});
    CHECK(std::get<HeaderRule>(rule(source, "C").test).test.exists);
    CHECK(std::get<HeaderRule>(rule(source, "D").test).test.if_unset == "none");
    CHECK(std::get<EvalRule>(rule(source, "E").test).call ==
          EvalCall{"check_this", {"a", "b c", "7", "ex.org"}});
    CHECK(std::get<EvalRule>(rule(source, "F").test).call.function == "check_from_in_welcomelist");
}

TEST_CASE("tags are replaced in the rules that ask for it", "[rules][source]")
{
    const std::string tags =
        "loadplugin Mail::SpamAssassin::Plugin::ReplaceTags\n"
        "replace_tag A [a@]\nreplace_tag B (?:b|<A>)\nreplace_inter S \\s?\nreplace_post P +\n";
    struct Row {
        const char* says;
        const char* pattern;
        const char* becomes;
    };
    const auto row = GENERATE(values<Row>({
        {"a tag", "x<A>y", "x[a@]y"},
        {"tags in tags", "<B>", "(?:b|[a@])"},
        {"between tags that touch", "<inter S><A><A>-<A>", "[a@]\\s?[a@]-[a@]"},
        {"behind each", "<post P><A>x", "[a@]+x"},
        {"what is no tag", "a<b (?<name>c) <Z>", "a<b (?<name>c) <Z>"},
    }));
    DYNAMIC_SECTION(row.says)
    {
        const auto source =
            read(tags + "replace_rules R\nbody R /" + row.pattern + "/\nbody NOT /<A>/\n");
        CHECK(std::get<BodyRule>(rule(source, "R").test).pattern.text == row.becomes);
        CHECK(std::get<BodyRule>(rule(source, "NOT").test).pattern.text == "<A>");
    }
}

}  // namespace lazaret::filter::rules
