#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// One line per event: `level=info queue=4XyZ1b event=judged class=spam score=7.4`.
///
/// The log is the only global of the programs. Lines go to standard error, where systemd adds the
/// time; threads may log at once. A value that is not a plain word is quoted and escaped, so a
/// stranger's text can forge neither a field nor a line. Subjects and bodies are not logged.
namespace lazaret::log {

enum class Level { Debug, Info, Warning, Error };

/// One `name=value` of a line. Numbers are written as they are, text is quoted when it must be.
class Field {
public:
    Field(std::string_view name, std::string_view value);
    Field(std::string_view name, const char* value) : Field{name, std::string_view{value}} {}
    Field(std::string_view name, const std::string& value) : Field{name, std::string_view{value}} {}
    Field(std::string_view name, double value);
    Field(std::string_view name, std::integral auto value)
        : name_{name}, value_{std::to_string(value)}
    {
    }

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const std::string& value() const noexcept { return value_; }

private:
    std::string_view name_;
    std::string value_;
};

using Fields = std::initializer_list<Field>;

/// Lines below `level` are dropped. The default is Info.
void set_level(Level level);

/// The text of a level in the settings: debug, info, warning or error.
bool parse_level(std::string_view text, Level& level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace lazaret::log
