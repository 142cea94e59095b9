#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace lazaret::log {
namespace {

bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"_-.:,/@+"}.find(c) != std::string_view::npos;
}

std::string quoted(std::string_view value)
{
    if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain))
        return std::string{value};
    return fmt::format("{:?}", value);
}

spdlog::logger& logger()
{
    static const auto one = [] {
        auto made = spdlog::stderr_logger_mt("lazaret");
        made->set_pattern("%v");
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *one;
}

void line(spdlog::level::level_enum level, std::string_view name, std::string_view event,
          Fields fields)
{
    if (!logger().should_log(level)) return;
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), "level={}", name);
    // The queue id stands first, so that one grep finds a message's lines and sort keeps them.
    for (const auto& field : fields)
        if (field.name() == "queue")
            fmt::format_to(std::back_inserter(text), " queue={}", field.value());
    fmt::format_to(std::back_inserter(text), " event={}", quoted(event));
    for (const auto& field : fields)
        if (field.name() != "queue")
            fmt::format_to(std::back_inserter(text), " {}={}", field.name(), field.value());
    logger().log(level, "{}", std::string_view{text.data(), text.size()});
}

}  // namespace

Field::Field(std::string_view name, std::string_view value) : name_{name}, value_{quoted(value)} {}

Field::Field(std::string_view name, double value)
    : name_{name}, value_{fmt::format("{:.2f}", value)}
{
}

void set_level(Level level)
{
    switch (level) {
        case Level::Debug: logger().set_level(spdlog::level::debug); break;
        case Level::Info: logger().set_level(spdlog::level::info); break;
        case Level::Warning: logger().set_level(spdlog::level::warn); break;
        case Level::Error: logger().set_level(spdlog::level::err); break;
    }
}

bool parse_level(std::string_view text, Level& level)
{
    if (text == "debug") level = Level::Debug;
    else if (text == "info") level = Level::Info;
    else if (text == "warning") level = Level::Warning;
    else if (text == "error") level = Level::Error;
    else return false;
    return true;
}

void debug(std::string_view event, Fields fields)
{
    line(spdlog::level::debug, "debug", event, fields);
}
void info(std::string_view event, Fields fields)
{
    line(spdlog::level::info, "info", event, fields);
}
void warning(std::string_view event, Fields fields)
{
    line(spdlog::level::warn, "warning", event, fields);
}
void error(std::string_view event, Fields fields)
{
    line(spdlog::level::err, "error", event, fields);
}

}  // namespace lazaret::log
