// SPDX-License-Identifier: GPL-2.0-or-later
// The comma-separated fields of a sentence. An empty field is absent; one that is not what it should be makes the whole
// sentence wrong.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>

#include "refclock/nmea_sentence.h"

namespace fos1::ntp {

class NmeaFields {
   public:
    explicit NmeaFields(std::string_view body) {
        while (m_count < m_fields.size()) {
            const std::size_t comma = body.find(',');
            m_fields[m_count++] = body.substr(0, comma);
            if (comma == std::string_view::npos) return;
            body.remove_prefix(comma + 1);
        }
    }

    [[nodiscard]] std::size_t count() const { return m_count; }
    [[nodiscard]] std::string_view operator[](std::size_t i) const {
        return i < m_count ? m_fields[i] : std::string_view();
    }
    /// The only character; 0: absent or longer.
    [[nodiscard]] char letter(std::size_t i) const { return (*this)[i].size() == 1 ? (*this)[i].front() : '\0'; }
    [[nodiscard]] bool isWrong() const { return m_isWrong; }
    void fail() { m_isWrong = true; }

    template <typename T>
    [[nodiscard]] std::optional<T> number(std::size_t i, int lowest, int highest) {
        const std::string_view text = (*this)[i];
        if (text.empty()) return {};
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && value >= lowest && value <= highest)
            return static_cast<T>(value);
        fail();
        return {};
    }

    /// hhmmss, with a fraction of any length.
    [[nodiscard]] std::optional<TimeOfDay> time(std::size_t i) {
        const std::string_view text = (*this)[i];
        if (text.empty()) return {};
        TimeOfDay time;
        time.hour = twoDigits(text, 0, 23);
        time.minute = twoDigits(text, 2, 59);
        time.second = twoDigits(text, 4, 60);
        if (text.size() > 6) time.nanosecond = fraction(text.substr(6));
        return m_isWrong ? std::nullopt : std::optional(time);
    }

    /// ddmmyy.
    [[nodiscard]] std::optional<CalendarDate> date(std::size_t i) {
        const std::string_view text = (*this)[i];
        if (text.empty()) return {};
        if (text.size() != 6) fail();
        constexpr int kFirstYear = 80;  // GPS time begins in 1980
        const int year = twoDigits(text, 4, 99);
        return checked({static_cast<quint16>(year < kFirstYear ? 2000 + year : 1900 + year), twoDigits(text, 2, 12),
                        twoDigits(text, 0, 31)});
    }

    [[nodiscard]] std::optional<CalendarDate> date(std::size_t day, std::size_t month, std::size_t year) {
        const auto d = number<quint8>(day, 0, 31);
        const auto m = number<quint8>(month, 0, 12);
        const auto y = number<quint16>(year, 0, 9999);
        return d && m && y ? checked({*y, *m, *d}) : std::nullopt;
    }

    /// A decimal number times 100; nothing where it is 99.99 or more, which receivers send for "unknown".
    [[nodiscard]] std::optional<quint16> hundredths(std::size_t i) {
        const std::string_view text = (*this)[i];
        if (text.empty()) return {};
        const std::size_t point = std::min(text.find('.'), text.size());
        if (text == "." || point > 4) return fail(), std::nullopt;
        unsigned value = 0;
        for (std::size_t at = 0; at < point; ++at) value = value * 10 + digit(text, at);
        value *= 100;
        if (point + 1 < text.size()) value += digit(text, point + 1) * 10;
        if (point + 2 < text.size()) value += digit(text, point + 2);
        constexpr unsigned kUnknown = 9999;
        return m_isWrong || value >= kUnknown ? std::nullopt : std::optional(static_cast<quint16>(value));
    }

   private:
    unsigned digit(std::string_view text, std::size_t at) {
        if (at < text.size() && text[at] >= '0' && text[at] <= '9') return static_cast<unsigned>(text[at] - '0');
        fail();
        return 0;
    }
    quint8 twoDigits(std::string_view text, std::size_t at, unsigned highest) {
        const unsigned value = digit(text, at) * 10 + digit(text, at + 1);
        if (value > highest) fail();
        return static_cast<quint8>(value);
    }
    quint32 fraction(std::string_view text) {
        if (text.front() != '.') fail();
        quint32 nanoseconds = 0;
        quint32 unit = 100'000'000;
        for (std::size_t at = 1; at < text.size(); ++at, unit /= 10) nanoseconds += digit(text, at) * unit;
        return nanoseconds;
    }
    std::optional<CalendarDate> checked(const CalendarDate& date) {
        constexpr std::array<quint8, 13> kDays{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        // Zeros are what a receiver sends that knows no date yet.
        if (!m_isWrong && date.day == 0 && date.month == 0) return {};
        const bool isLeapYear = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
        if (m_isWrong || date.month == 0 || date.day == 0 || date.day > kDays[date.month] ||
            (date.month == 2 && date.day == 29 && !isLeapYear))
            return fail(), std::nullopt;
        return date;
    }

    /// GSV has 21; of longer ones the rest is of no use.
    std::array<std::string_view, 24> m_fields{};
    std::size_t m_count = 0;
    bool m_isWrong = false;
};

}  // namespace fos1::ntp
