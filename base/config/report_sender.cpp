#include "base/config/report_sender.hpp"

#include "base/error.hpp"
#include "base/host_name.hpp"
#include "base/records/from_text.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

[[noreturn]] void refuse(const char* key, std::string_view text)
{
    throw Error{Error::Kind::Setup, "report.{}: {} is no mail address", key, text}.with_hint(
        "write it as quarantine@example.org, or Quarantine <quarantine@example.org>");
}

}  // namespace

ReportSender report_sender(const ReportConfig& config)
{
    ReportSender sender;
    if (trimmed(config.from).empty()) {
        sender.address = "quarantine@" + host_name();
    } else {
        auto from = parse_from(config.from);
        if (!from) refuse("from", config.from);
        sender.name = std::move(from->name);
        sender.address = std::move(from->address);
    }
    if (!config.sender.empty() && !is_written_address(config.sender))
        refuse("sender", config.sender);
    sender.envelope = config.sender.empty() ? sender.address : trimmed(config.sender);
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
