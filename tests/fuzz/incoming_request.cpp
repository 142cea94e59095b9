#include "portal/incoming_request.hpp"

#include "tests/fuzz/input.hpp"

using namespace lazaret;

// Longer than a head may be, and a body of either kind:
// max_len 80000

// The first byte says how long the pieces are.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using portal::IncomingRequest;
    if (size == 0) return 0;
    const auto text = fuzz::text_of(data, size).substr(1);
    const std::size_t piece = data[0] + 1U;
    // As the portal's, which takes more from who says who he is.
    constexpr std::size_t longest_of_known = 40'000;
    const IncomingRequest::BodyBound bound = [](const IncomingRequest& request) {
        return request.field("Authorization").empty() ? IncomingRequest::longest_body
                                                      : longest_of_known;
    };
    IncomingRequest cut{bound};
    IncomingRequest at_once{bound};
    const bool is_over = at_once.take(text);
    bool is_cut_over = false;
    for (std::size_t at = 0; at < text.size() && !is_cut_over; at += piece)
        is_cut_over = cut.take(text.substr(at, piece));
    fuzz::promise(is_over == is_cut_over, "pieces end where the whole does");
    fuzz::promise(cut.refusal() == at_once.refusal(), "pieces are refused as the whole is");
    fuzz::promise(cut.head() == at_once.head() && cut.body() == at_once.body(), "all is the same");
    fuzz::promise(cut.head().size() <= IncomingRequest::longest_head, "the head is bounded");
    fuzz::promise(cut.body().size() <= bound(cut), "the body is bounded");
    fuzz::promise(cut.refusal() == 0 || is_over, "what is refused is over");
    return 0;
}
