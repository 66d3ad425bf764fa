// SPDX-License-Identifier: GPL-2.0-or-later
// Which of a node's addresses its clients are pointed to.
#include <QTest>
#include <algorithm>

#include "address_choice.h"
#include "ip_prefix.h"

using namespace fos1;
using namespace fos1::bridge;

namespace {

constexpr AddressWish k4{net::AddressFamily::Inet4, {}, {}};
constexpr AddressWish k6{net::AddressFamily::Inet6, Inet6Order::UniqueLocalFirst, LinkLocal::Never};
constexpr AddressWish kGlobal{net::AddressFamily::Inet6, Inet6Order::GlobalFirst, LinkLocal::Never};
constexpr AddressWish kAny6{net::AddressFamily::Inet6, Inet6Order::UniqueLocalFirst, LinkLocal::LastResort};

/// "ADDRESS/LENGTH", with a leading "!" when it is temporary or deprecated.
OwnAddress own(const QString& text) {
    const bool isPassing = text.startsWith(u'!');
    const auto prefix = net::IpPrefix::parse(isPassing ? text.mid(1) : text);
    if (!prefix) qFatal("%s", qPrintable(text));
    return {prefix->address, prefix->length, isPassing};
}

AddressQuestion question(const QStringList& texts, const QString& present = {}) {
    AddressQuestion question;
    for (const QString& text : texts) question.addresses.push_back(own(text));
    question.isServed = true;
    question.present = net::IpAddress::parse(present);
    return question;
}

QString answer(const AddressQuestion& question, const AddressWish& wish) {
    const auto address = chooseAddress(question, wish);
    return address ? address->text() : QString();
}

}  // namespace

Q_DECLARE_METATYPE(AddressWish)

class TestAddressChoice : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void chosen_data() {
        QTest::addColumn<AddressWish>("wish");
        QTest::addColumn<QStringList>("addresses");
        QTest::addColumn<QString>("present");
        QTest::addColumn<QString>("answer");
        const auto row = [](const char* name, const AddressWish& wish, const QStringList& addresses,
                            const QString& present,
                            const QString& answer) { QTest::newRow(name) << wish << addresses << present << answer; };
        row("none", k4, {}, {}, {});
        row("the only one", k4, {"10.10.0.1/24", "fd10::1/64"}, {}, "10.10.0.1");
        row("of the other family", k6, {"10.10.0.1/24", "fd10::1/64"}, {}, "fd10::1");
        row("none of that family", k6, {"10.10.0.1/24"}, {}, {});
        row("the smallest", k4, {"10.10.0.9/24", "10.10.0.1/24"}, {}, "10.10.0.1");
        row("smaller by value, not by letters", k4, {"10.10.0.10/24", "10.10.0.9/24"}, {}, "10.10.0.9");
        row("with its network before alone", k4, {"10.10.0.1/32", "10.10.0.9/24"}, {}, "10.10.0.9");
        row("alone is better than none", k4, {"10.10.0.1/32"}, {}, "10.10.0.1");
        row("never link-local", k4, {"169.254.3.1/16"}, {}, {});
        row("never loopback, unspecified, multicast, reserved", k4,
            {"127.0.0.1/8", "0.0.0.0/0", "0.1.2.3/8", "224.0.1.1/4", "255.255.255.255/32", "240.0.0.1/4"}, {}, {});
        row("a public one", k4, {"192.0.2.1/24", "169.254.3.1/16"}, {}, "192.0.2.1");
        row("the present stays", k4, {"10.10.0.9/24", "10.10.0.1/24"}, "10.10.0.9", "10.10.0.9");
        row("though it is alone", k4, {"10.10.0.9/32", "10.10.0.1/24"}, "10.10.0.9", "10.10.0.9");
        row("the present is gone", k4, {"10.10.0.9/24", "10.10.0.1/24"}, "10.10.0.5", "10.10.0.1");
        row("the present will not do", k4, {"169.254.3.1/16", "10.10.0.1/24"}, "169.254.3.1", "10.10.0.1");
        row("the present of the other family", k4, {"10.10.0.1/24", "fd10::1/64"}, "fd10::1", "10.10.0.1");
        row("unique local first", k6, {"2001:db8::1/64", "fd10::1/64"}, {}, "fd10::1");
        row("global first", kGlobal, {"fd10::1/64", "2001:db8::1/64"}, {}, "2001:db8::1");
        row("the other before none", kGlobal, {"fd10::1/64"}, {}, "fd10::1");
        row("with its network first of all", kGlobal, {"fd10::1/64", "2001:db8::1/128"}, {}, "fd10::1");
        row("the present stays, whatever the wish", kGlobal, {"fd10::1/64", "2001:db8::1/64"}, "fd10::1", "fd10::1");
        row("not what passes", k6, {"!2001:db8::1/64", "2001:db8::2/64"}, {}, "2001:db8::2");
        row("nothing but what passes", k6, {"!2001:db8::1/64"}, {}, {});
        row("the present passes", k6, {"!2001:db8::1/64", "2001:db8::2/64"}, "2001:db8::1", "2001:db8::2");
        row("no link-local, unless asked for", k6, {"fe80::1/64"}, {}, {});
        row("link-local as the last resort", kAny6, {"fe80::2/64", "fe80::1/64"}, {}, "fe80::1");
        row("which stays too", kAny6, {"fe80::1/64", "fe80::2/64"}, "fe80::2", "fe80::2");
        row("and gives way", kAny6, {"fe80::1/64", "2001:db8::1/128"}, "fe80::1", "2001:db8::1");
        row("never these", kAny6, {"::/0", "::1/128", "::ffff:10.0.0.1/96", "ff02::1/64", "fec0::1/64"}, {}, {});
    }
    void chosen() {
        QFETCH(const AddressWish, wish);
        QFETCH(QStringList, addresses);
        QFETCH(const QString, present);
        std::sort(addresses.begin(), addresses.end());
        do QTEST(answer(question(addresses, present), wish), "answer");
        while (std::next_permutation(addresses.begin(), addresses.end()));
    }

    void nothingIsServedNothingIsChosen() {
        AddressQuestion asked = question({"10.10.0.1/24"}, "10.10.0.1");
        asked.isServed = false;
        QCOMPARE(answer(asked, k4), QString());
    }

    void ofAnUnknownFamilyThereIsNone() { QCOMPARE(answer(question({"10.10.0.1/24"}), {}), QString()); }
};

QTEST_APPLESS_MAIN(TestAddressChoice)
#include "tst_address_choice.moc"
