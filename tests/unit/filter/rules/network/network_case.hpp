#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/filter/network.hpp"
#include "milter/filter/rules/language/rule_source.hpp"
#include "milter/filter/rules/rule_book.hpp"
#include "tests/support/rule_text.hpp"

namespace lazaret::filter::rules {

/// A DNS that holds what a test says, and answers at once; any other name does not exist.
class MadeUpNetwork : public Network {
public:
    /// `add("2.0.0.127.list.example", "127.0.0.2")`; the type by what the text is, or as said.
    void add(const std::string& name, const std::string& record,
             dns::RecordType type = dns::RecordType::A)
    {
        auto& answer = records[dns::question(name, type)];
        answer.state = dns::Answer::State::Found;
        answer.records.push_back(record);
    }

    void look_up(std::function<void(dns::View&)> stage) override
    {
        for (int runs = 0; runs < 10; ++runs) {
            dns::View view{known_};
            stage(view);
            if (view.wanted().empty()) return;
            for (const auto& question : view.wanted()) {
                asked.insert(question);
                const auto record = records.find(question);
                known_[question] = record != records.end()
                                       ? record->second
                                       : dns::Answer{dns::Answer::State::NoName, {}};
            }
        }
    }
    const dns::Answers& answers() override
    {
        is_waited_for = true;
        return known_;
    }
    const auth::Authentication& authentication() override
    {
        is_waited_for = true;
        asked_before_proof = asked;
        return found;
    }
    const auth::Authentication& expected_authentication() override { return expected; }
    void does_not_answer_us(const std::string& zone) override { silent.insert(zone); }

    [[nodiscard]] bool was_asked(const std::string& name,
                                 dns::RecordType type = dns::RecordType::A) const
    {
        return asked.contains(dns::question(name, type));
    }

    dns::Answers records;
    auth::Authentication found;
    auth::Authentication expected;
    dns::Questions asked;
    dns::Questions asked_before_proof;  ///< when the signatures' result was waited for
    std::set<std::string> silent;
    bool is_waited_for = false;

private:
    dns::Answers known_;
};

/// Rules, a message that came from outside, and a network.
struct NetworkCase {
    explicit NetworkCase(const std::string& rules) : book{read(rules), ""}
    {
        envelope.client_ip = "203.0.113.7";
        envelope.client_name = "mail.sender.example";
        envelope.helo = "mail.sender.example";
        envelope.sender = parse_address("bob@sender.example").value();
    }

    static RuleSource read(const std::string& rules)
    {
        std::string text = "util_rb_tld example test com org\n";
        for (const auto* plugin : {"DNSEval", "URIDNSBL", "AskDNS", "ASN", "SPF", "DKIM", "DMARC",
                                   "HashBL", "WLBLEval", "FromNameSpoof"})
            text += "loadplugin Mail::SpamAssassin::Plugin::" + std::string{plugin} + "\n";
        return rules_in(text + rules);
    }

    std::set<std::string> hits(bool offline = false)
    {
        const Message message{};
        Mail mail{envelope, bytes, message};
        mail.network = offline ? nullptr : &network;
        std::set<std::string> names;
        points = 0;
        for (const auto& hit : book.judge(mail, {})) {
            names.insert(book.rule(hit.rule).name);
            points += hit.points;
        }
        return names;
    }

    RuleBook book;
    Envelope envelope;
    MadeUpNetwork network;
    std::string bytes =
        "Received: from home.farther.example (home.farther.example [198.51.100.9])\r\n"
        "\tby mail.sender.example (Postfix) with ESMTP id 4F00AA1\r\n"
        "\tfor <ann@our.example>; Mon, 1 Jun 2026 10:00:00 +0000 (UTC)\r\n"
        "From: Bob <bob@from.sender.example>\r\nSubject: Hello\r\n\r\n"
        "See http://www.shop.example/a and http://192.0.2.77/b\r\n";
    double points = 0;  ///< of the last hits()
};

}  // namespace lazaret::filter::rules
