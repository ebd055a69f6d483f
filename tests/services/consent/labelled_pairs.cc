#include "tests/services/consent/labelled_pairs.h"

#include <algorithm>
#include <array>
#include <random>

#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/base/strings.h"

namespace nwd::consent {
namespace {

// A name in Latin letters, and as its bearer may write it where that is another script.
struct Name {
  const char* latin;
  const char* own = nullptr;
};
struct Origin {
  std::string_view name;
  std::array<Name, 6> female, male, surnames;  // surnames empty: people of one name
};

constexpr Origin kOrigins[] = {
    {"British",
     {{{"Emma"}, {"Charlotte"}, {"Sophie"}, {"Margaret"}, {"Hannah"}, {"Lucy"}}},
     {{{"Oliver"}, {"Jack"}, {"Thomas"}, {"William"}, {"Daniel"}, {"George"}}},
     {{{"Smith"}, {"Taylor"}, {"O'Brien"}, {"Walker"}, {"Hughes-Jones"}, {"Clarke"}}}},
    {"West African",
     {{{"Adwoa"}, {"Folasade"}, {"Chiamaka"}, {"Aminata"}, {"Efua"}, {"Ngozi"}}},
     {{{"Kwame"}, {"Oluwaseun"}, {"Chukwuemeka"}, {"Babajide"}, {"Kofi"}, {"Mamadou"}}},
     {{{"Mensah"}, {"Adeyemi"}, {"Okonkwo"}, {"Diallo"}, {"Boateng"}, {"Balogun"}}}},
    {"South Asian",
     {{{"Fatima", "ফাতেমা"}, {"Priya"}, {"Ayesha"}, {"Nusrat"}, {"Harpreet"}, {"Rahima", "রহিমা"}}},
     {{{"Mohammed"}, {"Arjun"}, {"Imran"}, {"Rajesh"}, {"Gurpreet"}, {"Abdul"}}},
     {{{"Begum", "বেগম"}, {"Patel"}, {"Hussain"}, {"Khan"}, {"Singh"}, {"Rahman"}}}},
    {"Eastern European",
     {{{"Maria", "Мария"}, {"Katarzyna"}, {"Olena", "Олена"}, {"Agnieszka"}, {"Ioana"}, {"Svetlana", "Светлана"}}},
     {{{"Piotr"}, {"Dmitri", "Дмитрий"}, {"Andriy", "Андрій"}, {"Łukasz"}, {"Ion"}, {"Boris", "Борис"}}},
     {{{"Kowalski"},
       {"Ivanova", "Иванова"},
       {"Shevchenko", "Шевченко"},
       {"Wiśniewski"},
       {"Popescu"},
       {"Petrov", "Петров"}}}},
    {"Arabic",
     {{{"Layla", "ليلى"}, {"Mariam", "مريم"}, {"Noor", "نور"}, {"Salma", "سلمى"}, {"Huda", "هدى"}, {"Zainab", "زينب"}}},
     {{{"Mahmoud", "محمود"},
       {"Yousef", "يوسف"},
       {"Khalid", "خالد"},
       {"Hassan", "حسن"},
       {"Tariq", "طارق"},
       {"Samir", "سمير"}}},
     {{{"Haddad", "حداد"},
       {"Mansour", "منصور"},
       {"Saleh", "صالح"},
       {"Nasser", "ناصر"},
       {"Kanaan", "كنعان"},
       {"Darwish", "درويش"}}}},
    {"Chinese",
     {{{"Na", "娜"}, {"Xiuying", "秀英"}, {"Mei", "梅"}, {"Fang", "芳"}, {"Yan", "燕"}, {"Jing", "静"}}},
     {{{"Wei", "伟"}, {"Qiang", "强"}, {"Jun", "军"}, {"Lei", "磊"}, {"Yong", "勇"}, {"Tao", "涛"}}},
     {{{"Li", "李"}, {"Wang", "王"}, {"Zhang", "张"}, {"Chen", "陈"}, {"Huang", "黄"}, {"Zhou", "周"}}}},
    {"One name",
     {{{"Suhartini"}, {"Wati"}, {"Lakshmi"}, {"Dewi"}, {"Parvathi"}, {"Yuliana"}}},
     {{{"Sukarno"}, {"Budi"}, {"Murugan"}, {"Suharto"}, {"Govindan"}, {"Wayan"}}},
     {}},
};

constexpr std::string_view kChangedSurname = "changed surname";

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  void Add(std::vector<LabelledPair>& pairs, const Origin& origin, std::string_view kind, bool same) {
    LabelledPair pair;
    pair.kind = kind;
    pair.same = same;
    pair.origin = origin.name;
    const bool female = kind.starts_with(kChangedSurname) || Below(2) == 0;
    pair.sex = female ? "female" : "male";
    const int age = 16 + Below(60);
    pair.age_band = age < 25 ? "16-24" : age < 50 ? "25-49" : "50+";
    given_ = &(female ? origin.female : origin.male);
    surnames_ = &origin.surnames;
    one_name_ = surnames_->front().latin == nullptr;
    const size_t given = Below(6), surname = Below(6);
    born_ = absl::CivilDay(2026 - age, 1 + Below(12), 1 + Below(28));
    const std::string postcode = Postcode();
    pair.first = Details(NameOf(given, surname), born_, postcode);
    pair.second = pair.first;
    pair.first.set_nino(Nino());
    if (!Change(pair, kind, given, surname)) return;
    pairs.push_back(std::move(pair));
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  size_t OtherThan(size_t i) { return (i + 1 + static_cast<size_t>(Below(5))) % 6; }

  std::string NameOf(size_t given, size_t surname) const {
    return one_name_ ? (*given_)[given].latin : Cat((*given_)[given].latin, " ", (*surnames_)[surname].latin);
  }
  std::string Postcode() {
    constexpr std::array kOutcodes = {"E8", "SW9", "N17", "SE15", "W12", "NW10", "E17", "CR0", "HA9", "TW3"};
    constexpr std::string_view kLetters = "ABDEFGHJLNPQRSTUWXYZ";
    return absl::StrFormat("%s %d%c%c", kOutcodes[static_cast<size_t>(Below(10))], Below(10),
                           kLetters[static_cast<size_t>(Below(20))], kLetters[static_cast<size_t>(Below(20))]);
  }
  std::string Nino() { return absl::StrFormat("A%c%06d%c", "BCEGHJ"[Below(6)], next_nino_++, "ABCD"[Below(4)]); }
  static std::string Text(absl::CivilDay day) {
    return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
  }
  static v1::PersonDetails Details(std::string name, absl::CivilDay born, std::string postcode) {
    v1::PersonDetails details;
    details.set_full_name(std::move(name));
    details.set_date_of_birth(Text(born));
    details.set_postcode(std::move(postcode));
    return details;
  }
  // A letter doubled, dropped or swapped with the next, not the first of the name.
  std::string Misspell(std::string name) {
    const size_t at = 1 + static_cast<size_t>(Below(static_cast<int>(name.size()) - 2));
    switch (Below(3)) {
      case 0:
        return name.insert(at, 1, name[at]);
      case 1:
        return name.erase(at, 1);
      default:
        std::swap(name[at], name[at + 1]);
        return name;
    }
  }

  // Makes `second` what the kind says; false where the origin has no such pair.
  bool Change(LabelledPair& pair, std::string_view kind, size_t given, size_t surname) {
    v1::PersonDetails& other = pair.second;
    const std::string nino = Nino();
    if (kind == "identifier agrees") {
      pair.first.set_nino(nino);
      other.set_nino(nino);
      other.set_postcode(Postcode());
    } else if (kind == "identifier agrees, order of names swapped") {
      if (one_name_) return false;
      pair.first.set_nino(nino);
      other.set_nino(nino);
      other.set_full_name(Cat((*surnames_)[surname].latin, ", ", (*given_)[given].latin));
    } else if (kind == "word for word, nothing else") {
    } else if (kind == "missing postcode") {
      other.clear_postcode();
    } else if (kind == "moved house") {
      other.set_postcode(Postcode());
    } else if (kind == kChangedSurname) {
      if (one_name_) return false;
      other.set_full_name(NameOf(given, OtherThan(surname)));
    } else if (kind == "changed surname, the same number") {
      if (one_name_) return false;
      pair.first.set_nino(nino);
      other = Details(NameOf(given, OtherThan(surname)), born_, Postcode());
      other.set_nino(nino);
    } else if (kind == "birthday written wrongly, the same number") {
      pair.first.set_nino(nino);
      other = Details(NameOf(given, surname), born_ + 1 + Below(900), Postcode());
      other.set_nino(nino);
    } else if (kind == "day and month swapped") {
      if (born_.day() > 12 || born_.day() == born_.month()) born_ = absl::CivilDay(born_.year(), 3, 11);
      pair.first.set_date_of_birth(Text(born_));
      other.set_date_of_birth(Text(absl::CivilDay(born_.year(), born_.day(), born_.month())));
    } else if (kind == "misspelt") {
      std::string name = NameOf(given, surname);
      const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) > 0; });
      if (name.size() < 7 || !ascii) return false;
      other.set_full_name(Misspell(std::move(name)));
    } else if (kind == "own script") {
      const Name& word = (*given_)[given];
      const Name family = one_name_ ? Name{} : (*surnames_)[surname];
      if (word.own == nullptr || family.own == nullptr) return false;
      const bool family_first = pair.origin == "Chinese";
      other.set_full_name(family_first ? Cat(family.own, " ", word.own) : Cat(word.own, " ", family.own));
    } else if (kind == "twins") {
      other.set_full_name(NameOf(OtherThan(given), surname));
    } else if (kind == "twins, the other's number given") {
      pair.first.set_nino(nino);
      other.set_nino(nino);
      other.set_full_name(NameOf(OtherThan(given), surname));
    } else if (kind == "parent and child of one name") {
      other.set_date_of_birth(Text(absl::CivilDay(born_.year() - 27, 1 + Below(12), 1 + Below(28))));
    } else if (kind == "same name, strangers") {
      other.set_date_of_birth(Text(absl::CivilDay(born_.year() + 1 + Below(9), 1 + Below(12), 1 + Below(28))));
      other.set_postcode(Postcode());
    } else if (kind == "same birthday, strangers") {
      other = Details(NameOf(OtherThan(given), OtherThan(surname)), born_, Postcode());
    } else if (kind == "shared address") {
      other.set_full_name(NameOf(OtherThan(given), OtherThan(surname)));
      other.set_date_of_birth(Text(absl::CivilDay(born_.year() + 3, 1 + Below(12), 1 + Below(28))));
    } else {
      return false;
    }
    return true;
  }

  std::mt19937_64 random_;
  int next_nino_ = 100'000;
  const std::array<Name, 6>* given_ = nullptr;
  const std::array<Name, 6>* surnames_ = nullptr;
  bool one_name_ = false;
  absl::CivilDay born_;
};

}  // namespace

std::vector<LabelledPair> LabelledPairs(int each, uint64_t seed) {
  struct Kind {
    std::string_view name;
    bool same;
  };
  constexpr Kind kKinds[] = {
      {"identifier agrees", true},
      {"identifier agrees, order of names swapped", true},
      {"word for word, nothing else", true},
      {"missing postcode", true},
      {"moved house", true},
      {kChangedSurname, true},
      {"changed surname, the same number", true},
      {"birthday written wrongly, the same number", true},
      {"day and month swapped", true},
      {"misspelt", true},
      {"own script", true},
      {"twins", false},
      {"twins, the other's number given", false},
      {"parent and child of one name", false},
      {"same name, strangers", false},
      {"same birthday, strangers", false},
      {"shared address", false},
  };
  Maker maker(seed);
  std::vector<LabelledPair> pairs;
  for (int i = 0; i < each; ++i) {
    for (const Origin& origin : kOrigins) {
      for (const Kind& kind : kKinds) maker.Add(pairs, origin, kind.name, kind.same);
    }
  }
  return pairs;
}

}  // namespace nwd::consent
