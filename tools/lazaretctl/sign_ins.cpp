#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>

#include "quarantine-store/sessions.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

int lock_out(const std::string& text, const Context& context, bool and_password)
{
    const auto mailbox = address_argument(text).key();
    const auto ended = store::lock_out(*context.database, mailbox, and_password, acting_person());
    if (!ended) {
        fmt::print(stderr, "{}: nothing was ever held for this address\n", harmless_line(mailbox));
        return EX_UNAVAILABLE;
    }
    if (and_password)
        fmt::print(
            "The password of {} is gone, and its second step; a new one is chosen by the link on "
            "the page for signing in.\n",
            harmless_line(mailbox));
    fmt::print("Sessions ended: {}\n", *ended);
    return EX_OK;
}

template <bool and_password>
Run define(CommandOptions& options)
{
    const auto address = std::make_shared<std::string>();
    options.add_option("ADDRESS", *address, "any address of the account").required();
    return [address](const Context& context) { return lock_out(*address, context, and_password); };
}

}  // namespace

Run define_password_reset(CommandOptions& options) { return define<true>(options); }

Run define_sessions_end(CommandOptions& options) { return define<false>(options); }

}  // namespace lazaret::tools
