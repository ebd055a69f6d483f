// Who the benches know: a person by both organisations' references, and the consents that stand for them.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace nwd::bench {

inline constexpr char kPractitioner[] = "bench-1";

// A text of known length, kept in place: there may be a million people.
template <size_t kLength>
class Text {
 public:
  void operator=(std::string_view text) { std::memcpy(text_.data(), text.data(), std::min(text.size(), kLength)); }
  operator std::string() const { return std::string(text_.data(), kLength); }

 private:
  std::array<char, kLength> text_;
};
using PersonRef = Text<29>;
using Id = Text<36>;

// Also as it lies in the file that nwd-bench-register writes, one after another.
struct Person {
  PersonRef jobcentre_ref;
  PersonRef college_ref;
  Id support_consent_id;
  Id referral_consent_id;
  Id follow_up_consent_id;
};
static_assert(std::is_trivially_copyable_v<Person> && sizeof(Person) == 2 * 29 + 3 * 36);

}  // namespace nwd::bench
