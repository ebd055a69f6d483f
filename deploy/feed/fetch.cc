#include "deploy/feed/fetch.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

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

// So many bad pages one after another, and it is the feed that is bad.
constexpr int kBadPagesInARowMax = 3;

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
  absl::Status bad;  // this page; the publisher can be reached
};

// UNAVAILABLE where there is no answer at all.
absl::StatusOr<Answer> Get(CURL* curl, const std::string& url, const Limits& limits) {
  Content content = {.bytes = {}, .bytes_max = limits.page_bytes};
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &content);
  const CURLcode code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_WRITE_ERROR) return Answer{{}, absl::InvalidArgumentError(TooLargePage(limits))};
  if (code != CURLE_OK) return absl::UnavailableError(Cat("cannot fetch ", url, ": ", curl_easy_strerror(code)));
  if (status != kHttpOk) return Answer{{}, absl::UnavailableError(Cat("the publisher answered ", status))};
  return Answer{std::move(content.bytes), absl::OkStatus()};
}

// What a page says of those after it, in the ways publishers say it.
enum class Says { kLast, kMore, kNothing };

struct Said {
  Says says = Says::kNothing;
  int pages = 0;  // in all; 0 where it goes by something else
};

absl::StatusOr<Said> WhatItSays(const std::string& content, int number) {
  const auto page = nlohmann::json::parse(content, nullptr, false);
  if (!page.is_object()) return absl::InvalidArgumentError("the page is not one of a directory feed (a JSON object)");
  Said said;
  if (const auto last = page.find("last_page"); last != page.end() && last->is_boolean()) {
    said.says = last->get<bool>() ? Says::kLast : Says::kMore;
    return said;
  }
  if (const auto pages = page.find("total_pages"); pages != page.end() && pages->is_number_integer()) {
    said.pages = pages->get<int>();
    said.says = number >= said.pages ? Says::kLast : Says::kMore;
    return said;
  }
  const auto contents = page.find("contents");
  const bool empty = contents == page.end() || !contents->is_array() || contents->empty();
  if (empty) said.says = Says::kLast;
  return said;
}

// The pages as they come.
class Pages {
 public:
  Pages(std::string url, const Limits& limits) : url_(std::move(url)), limits_(limits) {}

  // True once there are no more.
  absl::StatusOr<bool> Take(int number, Answer answer) {
    Page page = {.name = absl::StrFormat("page-%03d", number), .content = std::move(answer.content)};
    const absl::StatusOr<Said> said = answer.bad.ok() ? WhatItSays(page.content, number) : answer.bad;
    if (!said.ok()) return TakeBad(number, std::move(page), said.status());
    bad_in_a_row_ = 0;
    if (last_good_ && page.content == pages_[*last_good_].content) return ServedAgain(number);
    bytes_ += page.content.size();
    if (bytes_ > limits_.feed_bytes) return TooLarge(url_, limits_);
    last_good_ = pages_.size();
    pages_.push_back(std::move(page));
    if (said->pages > 0) total_ = said->pages;
    says_ = said->says;
    return says_ == Says::kLast;
  }

  std::vector<Page> Give() { return std::move(pages_); }

 private:
  absl::StatusOr<bool> TakeBad(int number, Page page, const absl::Status& why) {
    page.content.clear();
    page.problem = std::string(why.message());
    pages_.push_back(std::move(page));
    if (total_ > 0 && number >= total_) return true;
    if (++bad_in_a_row_ < kBadPagesInARowMax) return false;
    return absl::Status(why.code(), Cat("cannot import ", url_, ": page ", number, " and the ", kBadPagesInARowMax - 1,
                                        " before it: ", why.message()));
  }

  // It does not look at the number: a file. It is the whole feed unless it said itself that there is more.
  absl::StatusOr<bool> ServedAgain(int number) const {
    if (says_ == Says::kNothing) return true;
    return absl::InvalidArgumentError(Cat("page ", number, " of ", url_,
                                          " is the page before again: give the feed's own address, not that of one "
                                          "page"));
  }

  const std::string url_;
  const Limits& limits_;
  std::vector<Page> pages_;
  std::optional<size_t> last_good_;
  size_t bytes_ = 0;
  int total_ = 0;
  int bad_in_a_row_ = 0;
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
    NWD_ASSIGN_OR_RETURN(Answer answer, Get(curl.get(), page_url, limits));
    NWD_ASSIGN_OR_RETURN(const bool done, pages.Take(number, std::move(answer)));
    if (done) return pages.Give();
  }
  return absl::InvalidArgumentError(Cat(url, " has more than ", limits.pages, " pages"));
}

}  // namespace nwd::feed
