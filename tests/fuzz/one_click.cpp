#include "milter/filter/one_click.hpp"

#include <algorithm>
#include <string>

#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

/// The value of List-Unsubscribe, of a message that is signed as it must be.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string letter =
        "From: News <news@a.example>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        "List-Unsubscribe: ";
    letter.append(fuzz::text_of(data, size)).append("\r\n\r\n");
    const auto message = read_message(letter);
    auth::Authentication authentication;
    fuzz::promise(one_click_address(message, authentication).empty(),
                  "nobody is asked for a message that is not signed");
    auth::DkimResult signature;
    signature.result = auth::Result::Pass;
    signature.domain = "a.example";
    signature.covers_unsubscribing = true;
    authentication.dkim.push_back(signature);
    const auto address = one_click_address(message, authentication);
    if (address.empty()) return 0;
    fuzz::promise(address.size() <= longest_one_click, "an address is not longer than may be");
    fuzz::promise(std::all_of(address.begin(), address.end(),
                              [](unsigned char c) { return c > ' ' && c < 127; }),
                  "an address can stand in a request");
    fuzz::promise((address[4] | 0x20) == 's', "an address is asked by TLS");
    return 0;
}
