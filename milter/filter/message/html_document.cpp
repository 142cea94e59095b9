#include "milter/filter/message/html_document.hpp"

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <optional>

#include "base/processor_time.hpp"

namespace lazaret::filter {

/// Memory for one tree. Never frees a single block; ends the parsing by longjmp() when a bound is
/// passed, over frames of gumbo only, which is C and has nothing to clean up but this memory.
class HtmlDocument::Arena {
public:
    explicit Arena(const HtmlLimits& limits)
        : left_{limits.memory}, stop_{thread_processor_time() + limits.cpu}
    {
        // Fresh pages from the kernel were a tenth of the cost of reading a message, so each
        // thread keeps its first block; a second document at the same time does without.
        auto& kept = kept_block();
        if (kept) block_ = std::move(kept);
        else block_ = std::make_unique<std::byte[]>(first_block);
        blocks_.emplace(block_.get(), first_block);
    }

    ~Arena()
    {
        blocks_.reset();
        kept_block() = std::move(block_);
    }

    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    static void* allocate(void* userdata, std::size_t size)
    {
        auto& arena = *static_cast<Arena*>(userdata);
        if (size > arena.left_) std::longjmp(arena.out_of_bounds, 1);
        arena.left_ -= size;
        if (++arena.calls_ % calls_between_looks == 0 && thread_processor_time() > arena.stop_)
            std::longjmp(arena.out_of_bounds, 1);
        if (void* block = arena.take(size)) return block;
        std::longjmp(arena.out_of_bounds, 1);
    }

    static void deallocate(void*, void*) {}

    std::jmp_buf out_of_bounds{};

private:
    static constexpr unsigned calls_between_looks = 256;
    static constexpr std::size_t first_block = 256 << 10;  // bytes; most documents fit

    // An exception may not pass through C: out of memory is one more bound.
    void* take(std::size_t size) noexcept
    try {
        return blocks_->allocate(size, alignof(std::max_align_t));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }

    static std::unique_ptr<std::byte[]>& kept_block()
    {
        thread_local std::unique_ptr<std::byte[]> block;
        return block;
    }

    std::unique_ptr<std::byte[]> block_;
    std::optional<std::pmr::monotonic_buffer_resource> blocks_;
    std::size_t left_;
    std::chrono::nanoseconds stop_;
    unsigned calls_ = 0;
};

namespace {

// Nothing in this frame has a destructor, as setjmp() asks.
const GumboNode* parse(std::jmp_buf& out_of_bounds, const GumboOptions& options,
                       std::string_view source)
{
    if (setjmp(out_of_bounds) != 0) return nullptr;
    return gumbo_parse_with_options(&options, source.data(), source.size())->root;
}

}  // namespace

HtmlDocument::HtmlDocument(std::string_view source, const HtmlLimits& limits)
    : arena_{std::make_unique<Arena>(limits)}
{
    cut_short_ = source.size() > limits.source;
    source = source.substr(0, limits.source);
    auto options = kGumboDefaultOptions;
    options.allocator = &Arena::allocate;
    options.deallocator = &Arena::deallocate;
    options.userdata = arena_.get();
    options.max_errors = 0;
    root_ = parse(arena_->out_of_bounds, options, source.data() ? source : std::string_view{""});
}

HtmlDocument::~HtmlDocument() = default;
HtmlDocument::HtmlDocument(HtmlDocument&&) noexcept = default;
HtmlDocument& HtmlDocument::operator=(HtmlDocument&&) noexcept = default;

const GumboVector* children_of(const GumboNode* node) noexcept
{
    if (const auto* element = element_of(node)) return &element->children;
    return node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : nullptr;
}

const GumboElement* element_of(const GumboNode* node) noexcept
{
    return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE ? &node->v.element
                                                                                 : nullptr;
}

std::string_view attribute(const GumboElement& element, const char* name)
{
    const auto* found = gumbo_get_attribute(&element.attributes, name);
    return found ? std::string_view{found->value} : std::string_view{};
}

}  // namespace lazaret::filter
