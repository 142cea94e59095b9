#include <algorithm>
#include <string>

#include "milter/filter/learn/model.hpp"
#include "milter/filter/learn/packed_bytes.hpp"
#include "milter/filter/learn/step.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

std::string sealed(std::string_view bytes)
{
    PackedWriter writer;
    writer.text(bytes);
    return std::move(writer).sealed();
}

void check_part(const Step::Part& part)
{
    fuzz::promise(part.shift <= 23, "a shift is no wider than a weight");
    const auto is_behind = [](const Step::Move& one, const Step::Move& next) {
        return next.index <= one.index;
    };
    fuzz::promise(std::ranges::adjacent_find(part.moves, is_behind) == part.moves.end(),
                  "indices ascend");
    fuzz::promise(part.moves.empty() || part.moves.back().index < weight_count,
                  "each names a weight");
}

void read_as_step(std::string_view bytes)
{
    const auto step = Step::read(bytes);
    if (!step) return;
    check_part(step->shared);
    check_part(step->own);
    const auto again = Step::read(step->packed());
    fuzz::promise(again && again->packed() == step->packed(), "what is written can be read");
    static Model model;
    fuzz::promise(model.take_back(bytes), "what can be read can be taken back");
}

// A step that is too long for its column would keep the trainer from publishing anything.
void read_as_vote(std::string_view bytes)
{
    static Model model;
    for (const double share : {1.0, 0.01, 0.0}) {
        const auto step = model.learn_vote(bytes, Label::Spam, {1, 11}, share);
        fuzz::promise(step.size() <= Step::packed_most, "a step has room in its column");
        fuzz::promise(model.take_back(step), "each vote can be taken back");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = fuzz::text_of(data, size);
    if (bytes.starts_with("LZSTEP")) {
        read_as_step(bytes);
        read_as_step(sealed(bytes));  // else the checksum would keep every input out
    } else {
        read_as_vote(bytes);
    }
    return 0;
}
