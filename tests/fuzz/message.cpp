#include "milter/filter/message/message.hpp"

#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;
using namespace lazaret::filter;

namespace {

void check_valid(const std::string& text)
{
    fuzz::promise(text == valid_utf8(text), "text is valid UTF-8");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = fuzz::text_of(data, size);
    const auto message = read_message(bytes);
    for (const auto* text :
         {&message.from, &message.subject, &message.list_id, &message.text, &message.html_text})
        check_valid(*text);
    fuzz::promise(message.subject.find('\n') == std::string::npos, "a subject is one line");
    for (const auto& link : message.links) {
        check_valid(link.url);
        check_valid(link.host);
        check_valid(link.text);
    }
    for (const auto& attachment : message.attachments) {
        check_valid(attachment.name);
        check_valid(attachment.declared_type);
        check_valid(attachment.type);
        check_valid(attachment.content_id);
    }
    const auto preview = preview_of(bytes);
    check_valid(preview.text);
    check_valid(preview.html);
    fuzz::promise(preview.parts.size() == message.attachments.size(),
                  "the preview lists every part");
    return 0;
}
