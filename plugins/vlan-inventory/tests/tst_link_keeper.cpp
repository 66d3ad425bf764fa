// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with the kernel, message by message: dumps, notifications between them, interrupted dumps and lost
// messages.
#include <QTest>
#include <cstring>

#include "netlink/link_keeper.h"
#include "support/messages.h"

using namespace fos1::vlan;
using namespace fos1::vlan::test;

namespace {

constexpr quint32 kPort = 4711;
constexpr quint16 kTorn = NLM_F_DUMP_INTR;

LinkText vlanText(int index, const char* name, int id) {
    LinkText link{index, name};
    link.parent = 2;
    link.vlan = id;
    return link;
}

using Outcome = fos1::netlink::Dialogue::Outcome;

/// A keeper and the kernel's side of the dialogue.
struct Dialogue {
    LinkKeeper keeper;
    fos1::netlink::Dialogue reader{LinkKeeper::kGroups, keeper};
    quint32 sequence = 0;

    Dialogue() { reader.reset(kPort); }

    void begin() { asked(reader.begin()); }
    /// Checks the request as the kernel sees it. Returns its type.
    int asked(const QByteArray& request) {
        if (request.isEmpty()) return 0;
        const auto& head = *reinterpret_cast<const nlmsghdr*>(request.constData());
        sequence = head.nlmsg_seq;
        return head.nlmsg_type;
    }
    [[nodiscard]] Head reply(quint16 type, quint16 flags = 0) const {
        return {type, static_cast<quint16>(NLM_F_MULTI | flags), sequence, kPort};
    }
    Outcome heard(const QByteArray& datagram) { return reader.receive(datagram); }
    Outcome dumped(const LinkText& link, quint16 flags = 0) {
        return reader.receive(linkMessage(link, reply(RTM_NEWLINK, flags)));
    }
    Outcome dumped(const AddressText& address, quint16 flags = 0) {
        return reader.receive(addressMessage(address, reply(RTM_NEWADDR, flags)));
    }
    Outcome done(quint16 flags = 0, int code = 0) {
        Outcome outcome = reader.receive(doneMessage(reply(NLMSG_DONE, flags), code));
        asked(outcome.request);
        return outcome;
    }
    /// A change by another process: the kernel puts that process's port number into the header.
    Outcome notified(const LinkText& link, quint16 type = RTM_NEWLINK) {
        return reader.receive(linkMessage(link, {type, 0, 99, 1234}));
    }
    Outcome notified(const AddressText& address, quint16 type = RTM_NEWADDR) {
        return reader.receive(addressMessage(address, {type, 0, 0, 0}));
    }
    /// A complete dump of lan.10 with one address.
    Outcome readAll(quint16 flags = 0) {
        begin();
        dumped(LinkText{2, "lan"}, flags);
        dumped(vlanText(3, "lan.10", 10));
        const Outcome links = done();
        if (links.request.isEmpty()) return links;
        dumped(AddressText{3, "10.10.0.1"});
        return done();
    }
    [[nodiscard]] QString names() const {
        QStringList list;
        for (int index = 1; index < 20; ++index) {
            const Link* link = keeper.table().find(index);
            QString text = link ? link->name : QString();
            for (const LinkAddress& each : keeper.table().addresses(index)) text += u' ' + each.own.text();
            if (!text.isEmpty()) list.append(text);
        }
        return list.join(QStringLiteral(", "));
    }
};

}  // namespace

class TestLinkKeeper : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whatTheKernelWouldNeverSayIsSurvived() {
        Dialogue dialogue;
        dialogue.begin();
        QByteArray huge = linkMessage(LinkText{2, "lan"}, dialogue.reply(RTM_NEWLINK));
        const quint32 length = 0x80000010;
        std::memcpy(huge.data(), &length, sizeof length);
        QVERIFY(!dialogue.heard(huge).isChanged);
        QVERIFY(!dialogue.reader.isIdle());
    }

    void linksThenAddressesThenChanges() {
        Dialogue d;
        QCOMPARE(d.asked(d.reader.begin()), int(RTM_GETLINK));
        QVERIFY(!d.dumped(LinkText{2, "lan"}).isChanged);
        d.dumped(vlanText(3, "lan.10", 10));
        const auto links = d.heard(doneMessage(d.reply(NLMSG_DONE)));
        QCOMPARE(d.asked(links.request), int(RTM_GETADDR));
        QVERIFY(!links.isChanged && !d.reader.isComplete());
        d.dumped(AddressText{3, "10.10.0.1"});
        const auto all = d.done();
        QVERIFY(all.isChanged && all.request.isEmpty() && !all.needsAgain);
        QVERIFY(d.reader.isComplete() && d.reader.isIdle());
        QCOMPARE(d.names(), QStringLiteral("lan, lan.10 10.10.0.1/24"));

        QVERIFY(d.notified(vlanText(3, "guests", 10)).isChanged);
        QVERIFY(!d.notified(vlanText(3, "guests", 10)).isChanged);
        QVERIFY(d.notified(AddressText{3, "10.10.0.2"}).isChanged);
        QCOMPARE(d.names(), QStringLiteral("lan, guests 10.10.0.1/24 10.10.0.2/24"));
        QVERIFY(d.notified(vlanText(3, "guests", 10), RTM_DELLINK).isChanged);
        QCOMPARE(d.names(), QStringLiteral("lan"));
        QCOMPARE(d.reader.resyncs(), quint64(0));
    }

    void severalMessagesInADatagram() {
        Dialogue d;
        d.readAll();
        const QByteArray both = linkMessage(LinkText{5, "a"}) + linkMessage(LinkText{6, "b"});
        QVERIFY(d.heard(both).isChanged);
        QCOMPARE(d.names(), QStringLiteral("lan, lan.10 10.10.0.1/24, a, b"));
        // The second message is truncated.
        d.heard(linkMessage(LinkText{7, "c"}) + linkMessage(LinkText{8, "d"}).chopped(4));
        QCOMPARE(d.names(), QStringLiteral("lan, lan.10 10.10.0.1/24, a, b, c"));
    }

    /// A notification is never older than data dumped after it.
    void aNotificationDuringTheDumpCounts() {
        Dialogue d;
        d.begin();
        d.notified(vlanText(3, "guests", 10));
        d.notified(vlanText(4, "lan.20", 20), RTM_DELLINK);
        d.dumped(vlanText(3, "lan.10", 10));
        d.dumped(vlanText(4, "lan.20", 20));
        d.dumped(vlanText(5, "lan.30", 30));
        d.done();
        d.notified(AddressText{3, "10.10.0.1"}, RTM_DELADDR);
        d.notified(AddressText{5, "10.30.0.1"});
        d.dumped(AddressText{3, "10.10.0.1"});
        d.dumped(AddressText{4, "10.20.0.1"});
        d.dumped(AddressText{5, "10.30.0.2"});
        d.done();
        QCOMPARE(d.names(), QStringLiteral("guests, lan.30 10.30.0.1/24 10.30.0.2/24"));
    }

    void aTornDumpIsPutAside_data() {
        QTest::addColumn<int>("where");
        QTest::newRow("a link") << 0;
        QTest::newRow("the end of the links") << 1;
        QTest::newRow("an address") << 2;
        QTest::newRow("the end of the addresses") << 3;
        QTest::newRow("an error at the end") << 4;
        QTest::newRow("notifications lost meanwhile") << 5;
    }
    void aTornDumpIsPutAside() {
        QFETCH(int, where);
        Dialogue d;
        d.readAll();
        d.begin();
        d.dumped(LinkText{2, "other"}, where == 0 ? kTorn : quint16{0});
        if (where == 5) QVERIFY(!d.reader.lost().needsAgain);
        auto outcome = d.done(where == 1 ? kTorn : quint16{0});
        if (where >= 2 && where <= 4) {
            QVERIFY(!outcome.needsAgain);
            d.dumped(AddressText{2, "10.0.0.1"}, where == 2 ? kTorn : quint16{0});
            outcome = d.done(where == 3 ? kTorn : quint16{0}, where == 4 ? -EINTR : 0);
        }
        QVERIFY(outcome.needsAgain && !outcome.isChanged);
        QVERIFY(d.reader.isIdle());
        QCOMPARE(d.names(), QStringLiteral("lan, lan.10 10.10.0.1/24"));
        // The next dump is complete.
        outcome = d.readAll();
        QVERIFY(!outcome.needsAgain && !outcome.isChanged);
        QCOMPARE(d.reader.resyncs(), quint64(1));
    }

    /// Where links change all the time, no dump is ever complete: then an incomplete one is better than none.
    void patienceEnds() {
        Dialogue d;
        for (int i = 0; i < fos1::netlink::Dialogue::kPatience; ++i) {
            const auto outcome = d.readAll(kTorn);
            QVERIFY(outcome.needsAgain && !d.reader.isComplete());
        }
        const auto outcome = d.readAll(kTorn);
        QVERIFY(outcome.isChanged && d.reader.isComplete());
        QVERIFY(outcome.needsAgain);
        QCOMPARE(d.names(), QStringLiteral("lan, lan.10 10.10.0.1/24"));
    }

    void whatWasLostIsAskedForAgain() {
        Dialogue d;
        d.readAll();
        QVERIFY(d.reader.lost().needsAgain);
        // The known state is kept and notifications continue until everything is read again.
        d.notified(vlanText(3, "guests", 10));
        QCOMPARE(d.names(), QStringLiteral("lan, guests 10.10.0.1/24"));
        d.begin();
        d.dumped(vlanText(4, "lan.10", 10));
        d.done();
        QVERIFY(d.done().isChanged);
        QCOMPARE(d.names(), QStringLiteral("lan.10"));
        QCOMPARE(d.reader.resyncs(), quint64(1));
    }

    void answersToSomebodyElseAreNone() {
        Dialogue d;
        d.readAll();
        // An answer to an earlier request, or to a socket that had our port number.
        d.heard(linkMessage(LinkText{9, "late"}, {RTM_NEWLINK, NLM_F_MULTI, d.sequence, kPort}));
        d.begin();
        d.heard(linkMessage(LinkText{9, "late"}, {RTM_NEWLINK, NLM_F_MULTI, d.sequence - 1, kPort}));
        d.heard(doneMessage({NLMSG_DONE, NLM_F_MULTI, d.sequence - 1, kPort}));
        QVERIFY(!d.reader.isIdle());
        d.done();
        d.done();
        QCOMPARE(d.names(), QString());
    }

    /// A process in another network namespace may have our port number there, and move a link into our namespace.
    void aNotificationWithOurNumber() {
        Dialogue d;
        d.begin();
        d.heard(linkMessage(LinkText{5, "a"}, {RTM_NEWLINK, 0, d.sequence, kPort}));
        d.done();
        d.done();
        QVERIFY(d.heard(linkMessage(LinkText{6, "b"}, {RTM_NEWLINK, 0, d.sequence, kPort})).isChanged);
        QCOMPARE(d.names(), QStringLiteral("a, b"));
    }

    void theKernelRefuses() {
        Dialogue d;
        d.begin();
        nlmsgerr error{};
        error.error = -EPERM;
        const auto outcome = d.heard(message(d.reply(NLMSG_ERROR), error));
        QVERIFY2(outcome.failure.contains(QStringLiteral("not permitted")), qPrintable(outcome.failure));
        QVERIFY(d.reader.isIdle() && !d.reader.isComplete());
    }
};

QTEST_GUILESS_MAIN(TestLinkKeeper)
#include "tst_link_keeper.moc"
