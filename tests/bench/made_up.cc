#include "tests/bench/made_up.h"

#include <array>
#include <string_view>

#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace nwd::bench {
namespace {

constexpr std::array<std::string_view, 20> kGivenStarts = {"Ma", "Jo", "Ka", "Li",  "Sa", "Te",  "Ro",
                                                           "Ni", "Fa", "Da", "Be",  "Hu", "Ola", "Pri",
                                                           "Zu", "Ed", "Wi", "Ama", "Yu", "Gre"};
constexpr std::array<std::string_view, 20> kGivenEnds = {"ria",  "han",   "ren", "sha",  "nora",  "mas", "bert",
                                                         "kita", "tima",  "vid", "ndra", "ssan",  "ya",  "tunde",
                                                         "zana", "lliam", "dou", "gory", "nette", "lan"};
constexpr std::array<std::string_view, 25> kSurnameStarts = {
    "Ade", "Bro", "Cher", "Dia",  "Eze", "Fer", "Gra", "Hus", "Iva", "Jack", "Kowa", "Lam", "Men",
    "Ngu", "Oko", "Pat",  "Quin", "Rah", "Sil", "Tay", "Uma", "Vas", "Wal",  "Yil",  "Zha"};
constexpr std::array<std::string_view, 25> kSurnameEnds = {
    "yemi", "wn",   "nko", "llo", "kwe", "nandes", "ham", "sain", "nova", "son", "lska", "bert", "sah",
    "yen",  "nkwo", "el",  "lan", "man", "va",     "lor", "ru",   "quez", "ker", "maz",  "ng"};
constexpr std::array<std::string_view, 12> kOutcodes = {"E8",  "SW9", "N17", "SE15", "W12", "NW10",
                                                        "E17", "CR0", "HA9", "TW3",  "RM8", "BR1"};
constexpr std::string_view kInwardLetters = "ABDEFGHJLNPQRSTUWXYZ";

template <size_t kSize>
std::string_view Pick(const std::array<std::string_view, kSize>& words, uint64_t& number) {
  const std::string_view picked = words[number % kSize];
  number /= kSize;
  return picked;
}

std::string Nino(uint64_t i) {
  constexpr std::string_view kSecond = "ABCEGHJKLMNPRSTWXYZ";
  return absl::StrFormat("A%c%06d%c", kSecond[i / 4'000'000 % kSecond.size()], i / 4 % 1'000'000, "ABCD"[i % 4]);
}

}  // namespace

uint64_t Spread(uint64_t turn) {
  uint64_t x = turn + 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

consent::v1::PersonDetails MadeUp(uint64_t i) {
  uint64_t name = Spread(2 * i), rest = Spread(2 * i + 1);
  consent::v1::PersonDetails details;
  std::string full = Cat(Pick(kGivenStarts, name), Pick(kGivenEnds, name), " ", Pick(kSurnameStarts, name));
  full += Pick(kSurnameEnds, name);
  details.set_full_name(std::move(full));
  details.set_date_of_birth(absl::StrFormat("%d-%02d-%02d", 1950 + rest % 55, 1 + rest / 55 % 12, 1 + rest / 660 % 28));
  rest /= 660 * 28;
  const std::string_view outcode = Pick(kOutcodes, rest);
  details.set_postcode(absl::StrFormat("%s %d%c%c", std::string(outcode), rest % 10, kInwardLetters[rest / 10 % 20],
                                       kInwardLetters[rest / 200 % 20]));
  details.set_nino(Nino(i));
  return details;
}

}  // namespace nwd::bench
