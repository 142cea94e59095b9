#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace lazaret {

/// The world failed us, or we broke a promise. Thrown where it is noticed, caught only at the edge
/// of a program: the libmilter callback, the milter's reload thread, `main()`.
///
/// `what()` is one log line for the operator: it names the thing (file, socket, table, key) and
/// the cause. It never holds message content, an address of a third party or a credential, and it
/// is never sent to an SMTP client. What a *message* can cause is a Result, never an Error: an
/// Error becomes a 451, and the same message would come back for days.
class Error : public std::runtime_error {
public:
    enum class Kind {
        Usage,        ///< the command line asks for something that cannot be   -> exit 64
        Unavailable,  ///< not now: database, scanner, disk  -> SMTP 451, exit 75
        Setup,        ///< somebody must change something    -> refuses to start, exit 78
        Bug,          ///< we broke a promise of our own     -> SMTP 451, exit 70
    };

    template <class... Args>
    Error(Kind kind, fmt::format_string<Args...> text, Args&&... args)
        : std::runtime_error{fmt::format(text, std::forward<Args>(args)...)}, kind_{kind}
    {
    }

    [[nodiscard]] Kind kind() const noexcept { return kind_; }

    /// What the reader can try next, as a command or a key to look at; empty when we know none.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

    /// `throw Error{...}.with_hint("run 'lazaretctl schema upgrade'");`
    [[nodiscard]] Error&& with_hint(std::string hint) &&
    {
        hint_ = std::move(hint);
        return std::move(*this);
    }

private:
    Kind kind_;
    std::string hint_;
};

/// The exit code of sysexits.h for an error: 64, 70, 75 or 78.
int exit_code(Error::Kind kind) noexcept;

/// The text of an errno value, without the thread trouble of strerror().
std::string system_error_text(int error_number);

}  // namespace lazaret
