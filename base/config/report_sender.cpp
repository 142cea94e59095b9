#include "base/config/report_sender.hpp"

#include "base/error.hpp"
#include "base/host_name.hpp"
#include "base/records/address.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

std::string checked(std::string_view address, const char* key)
{
    if (!parse_address(address))
        throw Error{Error::Kind::Setup, "report.{}: {} is no mail address", key, address}.with_hint(
            "write it as quarantine@example.org, or Quarantine <quarantine@example.org>");
    return std::string{address};
}

std::string_view unquoted(std::string_view name)
{
    const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

ReportSender report_sender(const ReportConfig& config)
{
    ReportSender sender;
    const auto from = trimmed(config.from);
    const auto bracket = from.rfind('<');
    if (from.empty()) {
        sender.address = "quarantine@" + host_name();
    } else if (bracket != std::string_view::npos && from.back() == '>') {
        sender.name = unquoted(trimmed(from.substr(0, bracket)));
        sender.address = checked(from.substr(bracket + 1, from.size() - bracket - 2), "from");
    } else {
        sender.address = checked(from, "from");
    }
    sender.envelope = config.sender.empty() ? sender.address : checked(config.sender, "sender");
    return sender;
}

ReportSender report_sender(const ReportConfig& config, const Settings& settings)
{
    auto sender = report_sender(config);
    if (settings.report_from.empty()) return sender;
    auto own = config;
    own.from = settings.report_from;
    auto found = report_sender(own);
    found.envelope = std::move(sender.envelope);
    return found;
}

}  // namespace lazaret
