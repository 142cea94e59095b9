#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/input.hpp"
#include "tests/support/spf_run.hpp"

using namespace lazaret::filter;
using namespace lazaret::filter::auth;
using State = dns::Answer::State;

namespace {

std::vector<std::string> cut_at(std::string_view text, char byte)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(byte), text.size());
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// Names as a resolver gives them; bytes of strangers as they are.
std::vector<std::string> records_from(const std::string& line, dns::RecordType type)
{
    using enum dns::RecordType;
    if (type == Txt) return cut_at(line, '\x1f');
    auto words = cut_at(line, ' ');
    if (type == Mx || type == Ptr)
        for (auto& word : words) word = dns::question(word, A).name;
    return words;
}

// The lines are the whole DNS: which one answers depends on the question, and some questions fail.
dns::Answer answer_from(const std::vector<std::string>& lines, const dns::Question& question)
{
    constexpr std::size_t failures = 4;
    std::size_t sum = static_cast<std::size_t>(question.type);
    for (const char byte : question.name) sum = sum * 31 + static_cast<unsigned char>(byte);
    const auto chosen = sum % (lines.size() + failures);
    if (chosen < lines.size()) return {State::Found, records_from(lines[chosen], question.type)};
    return {static_cast<State>(chosen - lines.size() + 1), {}};  // NoData to NoAnswer
}

bool is_printable(const std::string& text)
{
    return std::ranges::all_of(text, [](char byte) { return byte >= ' ' && byte <= '~'; });
}

}  // namespace

// The first three lines are client, HELO and sender, all others what the DNS says.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto lines = cut_at(lazaret::fuzz::text_of(data, size), '\n');
    if (lines.size() < 4) return 0;
    const SpfQuestion question{lines[0],
                               lines[1],
                               lines[2],
                               size % 2 == 0 ? SpfIdentity::MailFrom : SpfIdentity::Helo,
                               "mx.receiver.example",
                               {}};
    lines.erase(lines.begin(), lines.begin() + 3);
    const auto run =
        run_spf(question, [&](const dns::Question& one) { return answer_from(lines, one); });

    using lazaret::fuzz::promise;
    promise(run.runs <= most_spf_runs, "evaluation comes to an end");
    // Each of ten terms a look-up, or an mx with its ten hosts; the names of the client besides.
    promise(run.most_at_once <= 150, "what is wanted at once is bounded");
    promise(run.result.why.size() <= 200 && is_printable(run.result.why), "why is printable");
    promise(run.result.explanation.size() <= 500 && is_printable(run.result.explanation),
            "the explanation is printable");
    promise(run.result.result != Result::Policy, "SPF has no policy result");
    promise(run.result.explanation.empty() || run.result.result == Result::Fail,
            "only a failure is explained");
    return 0;
}
