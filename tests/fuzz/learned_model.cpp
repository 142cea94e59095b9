#include <cmath>
#include <string>

#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/packed_bytes.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

constexpr std::string_view spam = "Subject: Act now\r\n\r\nBuy pills today, limited offer!\r\n";
constexpr std::string_view ham = "Subject: Thursday\r\n\r\nCould we meet at ten? Anna\r\n";

std::string sealed(std::string_view bytes)
{
    PackedWriter writer;
    writer.text(bytes);
    return std::move(writer).sealed();
}

std::string in_crlf(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    return out;
}

// A model read from a stranger's bytes must judge by finite numbers and be written as it was read.
void check_model(const Model& model)
{
    fuzz::promise(std::isfinite(model.log_odds(spam)), "weights that are read are finite");
    const auto again = Model::from_snapshot(model.snapshot());
    fuzz::promise(again && again->snapshot() == model.snapshot(), "what is written can be read");
}

void read_as_model(std::string_view bytes)
{
    if (const auto model = Model::from_snapshot(bytes)) check_model(*model);
    Model model;
    if (model.apply(bytes)) check_model(model);
}

void read_as_message(std::string_view bytes)
{
    static Model model = [] {
        Model taught;
        for (int i = 0; i < 5; ++i) {
            taught.learn(spam, Label::Spam);
            taught.learn(ham, Label::Ham);
        }
        return taught;
    }();
    const auto odds = model.log_odds(bytes);
    fuzz::promise(std::isfinite(odds), "log-odds are finite");
    fuzz::promise(odds == model.log_odds(in_crlf(bytes)), "line ends do not matter");
    model.learn(bytes, odds > 0 ? Label::Ham : Label::Spam);
    fuzz::promise(std::isfinite(model.log_odds(ham)), "any message can be learned");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = fuzz::text_of(data, size);
    read_as_message(bytes);
    if (bytes.starts_with("LZMODEL")) {
        read_as_model(bytes);
        read_as_model(sealed(bytes));  // else the checksum would keep every input out
    }
    return 0;
}
