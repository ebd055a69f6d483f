#include "deploy/feed/fetch.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::feed {
namespace {

constexpr long kConnectSeconds = 15;
constexpr long kPageSeconds = 120;
constexpr long kRedirectsMax = 5;
constexpr long kHttpOk = 200;

// So many bad pages one after another, and no more are asked for.
constexpr int kBadPagesInARowMax = 3;

// So many empty pages likewise, whatever the publisher says of further ones.
constexpr int kEmptyPagesInARowMax = 3;

// What one page may still take.
struct Content {
  std::string bytes;
  size_t bytes_max;
};

size_t Append(char* data, size_t size, size_t count, void* page) {
  Content& content = *static_cast<Content*>(page);
  if (content.bytes.size() + size * count > content.bytes_max) return 0;  // ends the transfer
  content.bytes.append(data, size * count);
  return size * count;
}

CURLcode AllowTls12(CURL*, void* context, void*) {
  SSL_CTX_clear_options(static_cast<SSL_CTX*>(context), SSL_OP_NO_TLSv1_2);
  return CURLE_OK;
}

struct Answer {
  std::string content;
  absl::Status bad = absl::OkStatus();  // this page
  bool answered = true;                 // by the publisher, be it with an error or cut off
};

Answer Bad(absl::Status why) { return {.content = {}, .bad = std::move(why)}; }

Answer Get(CURL* curl, const std::string& url, const Limits& limits) {
  Content content = {.bytes = {}, .bytes_max = limits.page_bytes};
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &content);
  const CURLcode code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_WRITE_ERROR) return Bad(absl::InvalidArgumentError(TooLargePage(limits)));
  if (code != CURLE_OK) {
    Answer none = Bad(absl::UnavailableError(Cat("cannot fetch ", url, ": ", curl_easy_strerror(code))));
    none.answered = status != 0;
    return none;
  }
  if (status != kHttpOk) return Bad(absl::UnavailableError(Cat("the publisher answered ", status)));
  return {.content = std::move(content.bytes)};
}

// What a page says of those after it, in the ways publishers say it.
enum class Says { kLast, kMore, kNothing };

struct Said {
  Says says = Says::kNothing;
  int pages = 0;       // in all; 0 where it does not say
  bool empty = false;  // it has no services
};

bool IsEmpty(const nlohmann::json& page) {
  for (const char* key : {"contents", "content"}) {  // as the directory reads them
    if (const auto list = page.find(key); list != page.end() && list->is_array()) return list->empty();
  }
  return true;
}

absl::StatusOr<Said> WhatItSays(const std::string& content, int number, const Limits& limits) {
  const auto page = nlohmann::json::parse(content, nullptr, false);
  if (!page.is_object()) return absl::InvalidArgumentError("the page is not one of a directory feed (a JSON object)");
  Said said = {.empty = IsEmpty(page)};
  const auto pages = page.find("total_pages");
  const bool counted = pages != page.end() && pages->is_number_integer();
  if (counted) {
    said.pages = static_cast<int>(std::clamp<int64_t>(pages->get<int64_t>(), 0, limits.pages));
  }
  if (const auto last = page.find("last_page"); last != page.end() && last->is_boolean()) {
    said.says = last->get<bool>() ? Says::kLast : Says::kMore;
  } else if (counted) {
    said.says = number >= said.pages ? Says::kLast : Says::kMore;
  } else if (said.empty) {
    said.says = Says::kLast;
  }
  return said;
}

// The pages as they come.
class Pages {
 public:
  Pages(std::string url, const Limits& limits) : url_(std::move(url)), limits_(limits) {}

  // True once there are no more to ask for.
  absl::StatusOr<bool> Take(int number, Answer answer) {
    Page page = {.name = absl::StrFormat("page-%03d", number), .content = std::move(answer.content)};
    if (!answer.answered && !last_good_) return answer.bad;  // nobody is there
    const absl::StatusOr<Said> said = answer.bad.ok() ? WhatItSays(page.content, number, limits_) : answer.bad;
    if (!said.ok()) return TakeBad(number, std::move(page), said.status());
    bad_in_a_row_ = 0;
    if (!said->empty && last_good_ && page.content == pages_[*last_good_].content)
      return ServedAgain(number, std::move(page));
    bytes_ += page.content.size();
    if (bytes_ > limits_.feed_bytes) return TooLarge(url_, limits_);
    if (said->pages > 0) total_ = said->pages;
    says_ = said->says;
    empty_in_a_row_ = said->empty ? empty_in_a_row_ + 1 : 0;
    if (says_ == Says::kMore && empty_in_a_row_ == kEmptyPagesInARowMax) return EndlessEmptiness(std::move(page));
    last_good_ = pages_.size();
    pages_.push_back(std::move(page));
    ++good_;
    return says_ == Says::kLast;
  }

  std::vector<Page> Give() { return std::move(pages_); }

 private:
  void List(Page page, std::string problem) {
    page.content.clear();
    page.problem = std::move(problem);
    pages_.push_back(std::move(page));
  }

  absl::StatusOr<bool> TakeBad(int number, Page page, const absl::Status& why) {
    if (total_ > 0 && number > total_) return true;  // there is none
    const bool last = total_ > 0 && number == total_;
    const bool too_many = ++bad_in_a_row_ == kBadPagesInARowMax && !last;
    if (too_many && good_ == 0) {
      return absl::Status(why.code(), Cat("cannot import ", url_, ": page ", number, " and the ",
                                          kBadPagesInARowMax - 1, " before it: ", why.message()));
    }
    List(std::move(page), too_many ? Cat(why.message(), "; the ", kBadPagesInARowMax - 1,
                                         " pages before it were bad too, so no more were asked for")
                                   : std::string(why.message()));
    return last || too_many;
  }

  // It does not look at the number. A file is the whole feed unless it says itself that there is more.
  absl::StatusOr<bool> ServedAgain(int number, Page page) {
    if (says_ == Says::kNothing) return true;
    if (good_ == 1) {
      return absl::InvalidArgumentError(Cat("page ", number, " of ", url_,
                                            " is the page before again: give the feed's own address, not that of one "
                                            "page"));
    }
    List(std::move(page), "is the page before again, which says that there are more; no more were asked for");
    return true;
  }

  bool EndlessEmptiness(Page page) {
    List(std::move(page), Cat("is empty as the ", kEmptyPagesInARowMax - 1,
                              " pages before it are, but says that there are more; no more were asked for"));
    return true;
  }

  const std::string url_;
  const Limits& limits_;
  std::vector<Page> pages_;
  std::optional<size_t> last_good_;
  size_t bytes_ = 0;
  int good_ = 0;
  int total_ = 0;  // pages, as the newest one that counts them says
  int bad_in_a_row_ = 0;
  int empty_in_a_row_ = 0;
  Says says_ = Says::kNothing;
};

}  // namespace

absl::StatusOr<std::vector<Page>> FetchPages(const std::string& url, const Limits& limits) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (ready != CURLE_OK || curl == nullptr) return absl::UnavailableError("cannot prepare to fetch over HTTP");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_CTX_FUNCTION, &AllowTls12);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, kRedirectsMax);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kPageSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_ACCEPT_ENCODING, "");  // whatever libcurl can undo
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);

  Pages pages(url, limits);
  for (int number = 1; number <= limits.pages; ++number) {
    const std::string page_url = Cat(url, url.find('?') == std::string::npos ? "?" : "&", "page=", number);
    NWD_ASSIGN_OR_RETURN(const bool done, pages.Take(number, Get(curl.get(), page_url, limits)));
    if (done) return pages.Give();
  }
  return absl::InvalidArgumentError(Cat(url, " has more than ", limits.pages, " pages"));
}

}  // namespace nwd::feed
