// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <QTest>
#include <array>

#include "nft/counter_reader.h"

using namespace fos1::firewall;

namespace {

/// One message in the form in which the kernel lists a set.
class List {
   public:
    List() : m_header(mnl_nlmsg_put_header(m_buffer.data())) {
        m_header->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM;
        mnl_nlmsg_put_extra_header(m_header, sizeof(nfgenmsg));
        mnl_attr_put_strz(m_header, NFTA_SET_ELEM_LIST_SET, "admitted");
        m_elements = mnl_attr_nest_start(m_header, NFTA_SET_ELEM_LIST_ELEMENTS);
    }
    /// `parts` of an element: its key, its counter's name, its numbers.
    List& add(const QByteArray& key, quint64 packets, quint64 bytes, int parts = 3) {
        nlattr* element = mnl_attr_nest_start(m_header, NFTA_LIST_ELEM);
        if (parts > 0) {
            nlattr* nest = mnl_attr_nest_start(m_header, NFTA_SET_ELEM_KEY);
            mnl_attr_put(m_header, NFTA_DATA_VALUE, static_cast<std::size_t>(key.size()), key.constData());
            mnl_attr_nest_end(m_header, nest);
        }
        if (parts > 1) {
            nlattr* nest = mnl_attr_nest_start(m_header, NFTA_SET_ELEM_EXPR);
            mnl_attr_put_strz(m_header, NFTA_EXPR_NAME, "counter");
            if (parts > 2) {
                nlattr* data = mnl_attr_nest_start(m_header, NFTA_EXPR_DATA);
                mnl_attr_put_u64(m_header, NFTA_COUNTER_BYTES, htobe64(bytes));
                mnl_attr_put_u64(m_header, NFTA_COUNTER_PACKETS, htobe64(packets));
                mnl_attr_nest_end(m_header, data);
            }
            mnl_attr_nest_end(m_header, nest);
        }
        mnl_attr_nest_end(m_header, element);
        return *this;
    }
    [[nodiscard]] QByteArray end() {
        mnl_attr_nest_end(m_header, m_elements);
        return {m_buffer.data(), static_cast<qsizetype>(m_header->nlmsg_len)};
    }

   private:
    alignas(nlmsghdr) std::array<char, 4096> m_buffer{};
    nlmsghdr* m_header;
    nlattr* m_elements = nullptr;
};

std::map<QString, Counter> read(const QByteArray& datagram) {
    std::map<QString, Counter> counters;
    const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.constData());
    if (mnl_nlmsg_ok(message, static_cast<int>(datagram.size()))) readCounters(message, counters);
    return counters;
}

QByteArray name(const char* text) { return QByteArray(text).leftJustified(16, '\0'); }

}  // namespace

class TestCounterReader : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void readsCounters() {
        const std::map<QString, Counter> expected{{"lan.10", {5, 9007199254740993}}, {"fifteen.letters", {0, 0}}};
        QVERIFY(read(List().add(name("lan.10"), 5, 9007199254740993).add(name("fifteen.letters"), 0, 0).end()) ==
                expected);
    }

    void addsToWhatIsThere() {
        std::map<QString, Counter> counters{{"a", {1, 2}}};
        const QByteArray more = List().add(name("b"), 3, 4).end();
        readCounters(reinterpret_cast<const nlmsghdr*>(more.constData()), counters);
        QVERIFY((counters == std::map<QString, Counter>{{"a", {1, 2}}, {"b", {3, 4}}}));
    }

    void whatIsOddIsNone_data() {
        QTest::addColumn<QByteArray>("datagram");
        QTest::newRow("an empty set") << List().end();
        QTest::newRow("no key") << List().add({}, 1, 1, 0).end();
        QTest::newRow("no counter") << List().add(name("a"), 1, 1, 1).end();
        QTest::newRow("a counter without numbers") << List().add(name("a"), 1, 1, 2).end();
        QTest::newRow("an empty key") << List().add({}, 1, 1).end();
        QTest::newRow("a nameless one") << List().add(name(""), 1, 1).end();
        QTest::newRow("no list") << List().end().left(sizeof(nlmsghdr));
    }
    void whatIsOddIsNone() {
        QFETCH(const QByteArray, datagram);
        QVERIFY(read(datagram).empty());
    }

    /// Each length in the message is corrupted in turn: the reader never reads beyond the end.
    void damaged() {
        const QByteArray whole = List().add(name("lan.10"), 5, 6).add(name("lan.11"), 7, 8).end();
        for (qsizetype at = sizeof(nlmsghdr); at < whole.size(); ++at)
            for (const char value : {'\0', '\1', '\4', '\x7f', '\xff'}) {
                QByteArray other = whole;
                other[at] = value;
                other.squeeze();
                QVERIFY(read(other).size() <= 2);
            }
    }
};

QTEST_GUILESS_MAIN(TestCounterReader)
#include "tst_counter_reader.moc"
