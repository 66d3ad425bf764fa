// SPDX-License-Identifier: GPL-2.0-or-later
// Valid NTPService specs at random, always the same ones for a seed. Every field of the CRD that ends up in a file of
// chronyd's has its turn, at the ends of its range too.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QRandomGenerator>

namespace fos1::ntp::test {

class RandomSpec {
   public:
    explicit RandomSpec(quint32 seed) : m_random(seed) {}

    [[nodiscard]] QCborMap next() {
        m_names = 0;
        const int keys = pick(4);
        QCborMap sources;
        maybe(sources, "bindAddresses", QCborArray{QStringLiteral("127.0.0.1"), QStringLiteral("::1")});
        maybe(sources, "bindDevice", QStringLiteral("lo"));
        if (chance()) sources.insert(QStringLiteral("pools"), list(3, [&] { return source("name", keys); }));
        if (chance()) sources.insert(QStringLiteral("servers"), list(4, [&] { return source("address", keys); }));
        if (keys > 0 && chance()) sources.insert(QStringLiteral("peers"), list(2, [&] { return peer(keys); }));
        if (chance()) sources.insert(QStringLiteral("hardware"), hardware());
        QCborMap spec{{QStringLiteral("enabled"), true},
                      {QStringLiteral("sources"), sources},
                      {QStringLiteral("server"), server()},
                      {QStringLiteral("security"), security(keys)}};
        return spec;
    }

   private:
    int pick(int below) { return m_random.bounded(below); }
    bool chance(int oneIn = 2) { return pick(oneIn) == 0; }
    /// An end of the range as often as something between.
    int between(int lowest, int highest) {
        if (chance(4)) return lowest;
        if (chance(4)) return highest;
        return lowest + pick(highest - lowest + 1);
    }
    QString pickOf(const QStringList& texts) { return texts.at(pick(static_cast<int>(texts.size()))); }
    double fraction(double lowest, double highest) {
        if (chance(4)) return highest;
        return lowest + m_random.generateDouble() * (highest - lowest);
    }
    void maybe(QCborMap& map, const char* key, const QCborValue& value) {
        if (chance(3)) map.insert(QLatin1String(key), value);
    }
    template <typename Make>
    QCborArray list(int most, Make make) {
        QCborArray array;
        for (int i = pick(most + 1); i > 0; --i) array.append(make());
        return array;
    }

    QString name() {
        ++m_names;
        if (chance()) return QStringLiteral("127.1.%1.%2").arg(m_names).arg(pick(255));
        if (chance()) return QStringLiteral("fd00::%1:%2").arg(m_names).arg(pick(9999));
        return QStringLiteral("s%1.%2.invalid").arg(m_names).arg(QString(between(1, 63), u'x'));
    }
    QCborMap options(int keys) {
        QCborMap map;
        const bool noselect = chance(5);
        for (const char* key : {"iburst", "trust", "xleave"}) maybe(map, key, chance());
        if (noselect) map.insert(QStringLiteral("noselect"), true);
        for (const char* key : {"prefer", "require"})
            if (!noselect) maybe(map, key, chance());
        const int minpoll = between(-7, 24);
        if (chance(3)) {
            map.insert(QStringLiteral("minpoll"), minpoll);
            map.insert(QStringLiteral("maxpoll"), between(minpoll, 24));
        }
        maybe(map, "port", between(1, 65535));
        maybe(map, "family", QStringLiteral("any"));
        addMeasuring(map);
        if (keys > 0 && chance(3)) map.insert(QStringLiteral("keyId"), qint64{1} + pick(keys));
        return map;
    }
    void addMeasuring(QCborMap& map) {
        maybe(map, "maxdelay", fraction(1e-9, 1000));
        maybe(map, "filter", between(1, 255));
        const int minsamples = between(1, 64);
        if (chance(4)) {
            map.insert(QStringLiteral("minsamples"), minsamples);
            map.insert(QStringLiteral("maxsamples"), between(minsamples, 64));
        }
        maybe(map, "maxdelayratio", fraction(1, 1e6));
        maybe(map, "maxdelaydevratio", fraction(1e-9, 1e6));
        maybe(map, "minstratum", between(0, 15));
        maybe(map, "maxunreach", between(0, 1'000'000));
        maybe(map, "extfield", QCborArray{QStringLiteral("F324"), QStringLiteral("F323")});
    }
    void addTiming(QCborMap& map) {
        maybe(map, "presend", between(-7, 24));
        maybe(map, "offset", fraction(-1e6, 1e6));
    }
    QCborMap source(const char* key, int keys) {
        QCborMap map = options(keys);
        map.insert(QLatin1String(key), name());
        maybe(map, "copy", chance());
        if (qstrcmp(key, "address") == 0)
            addTiming(map);
        else
            maybe(map, "servers", between(1, 16));
        if (!map.contains(QStringLiteral("keyId")) && chance(4)) {
            map.insert(QStringLiteral("nts"), true);
            maybe(map, "ntsPort", between(1, 65535));
        }
        return map;
    }
    QCborMap peer(int keys) {
        QCborMap map = options(keys);
        map.remove(QStringLiteral("iburst"));  // a peer has none
        map.insert(QStringLiteral("address"), name());
        addTiming(map);
        if (!map.contains(QStringLiteral("keyId"))) map.insert(QStringLiteral("insecure"), true);
        return map;
    }

    QCborMap clock(const QString& refid) {
        QCborMap map{{QStringLiteral("enabled"), true}, {QStringLiteral("refid"), refid}};
        maybe(map, "prefer", chance());
        maybe(map, "offset", fraction(-1, 1));
        maybe(map, "delay", fraction(0, 2));
        return map;
    }
    QCborMap hardware() {
        QCborMap map;
        QCborMap gps = clock(QStringLiteral("GPS1"));
        gps.insert(QStringLiteral("device"), QStringLiteral("/dev/serial/by-id/usb-u-blox_AG-if00"));
        maybe(gps, "baud", 115200);
        maybe(gps, "gpsd", chance());
        maybe(gps, "refclock", chance());
        maybe(map, "gps", gps);
        QCborMap pps = clock(QStringLiteral("P"));
        maybe(pps, "rate", between(1, 1000));
        maybe(pps, "edge", QStringLiteral("clear"));
        maybe(map, "pps", pps);
        QCborMap phc = clock(QStringLiteral("phc"));
        phc.insert(QStringLiteral("device"), QStringLiteral("/dev/ptp0"));
        maybe(phc, "tai", chance());
        maybe(map, "phc", phc);
        QCborMap atomic = clock(QStringLiteral("CS"));
        atomic.insert(QStringLiteral("pps"), QStringLiteral("/dev/pps7"));
        maybe(atomic, "phc", QStringLiteral("/dev/ptp7"));
        maybe(atomic, "stratum", between(0, 14));
        maybe(map, "atomic", atomic);
        return map;
    }

    QCborMap server() {
        QCborMap map;
        maybe(map, "stratum", between(1, 15));
        maybe(map, "driftfile", QStringLiteral("/var/lib/x/d%1;drift").arg(pick(100)));
        if (chance()) {
            QCborMap makestep;
            maybe(makestep, "threshold", fraction(1e-9, 1e6));
            maybe(makestep, "limit", between(-1, 1000000));
            map.insert(QStringLiteral("makestep"), makestep);
        }
        if (chance()) {
            QCborMap local{{QStringLiteral("enabled"), true}};
            maybe(local, "stratum", between(1, 15));
            maybe(local, "orphan", chance());
            for (const char* time : {"distance", "waitsynced", "waitunsynced"}) maybe(local, time, fraction(0, 1e6));
            maybe(local, "activate", fraction(1e-9, 1e6));
            map.insert(QStringLiteral("local"), local);
        }
        maybe(map, "port", between(0, 65535));
        maybe(map, "bindAddresses",
              chance() ? QCborArray{QStringLiteral("127.0.0.1"), QStringLiteral("::1")}
                       : QCborArray{QStringLiteral("::")});
        maybe(map, "rtcsync", chance());
        m_interleaved = !chance(4);
        if (!m_interleaved) map.insert(QStringLiteral("interleaved"), false);
        if (chance(4)) {
            QCborMap all{{QStringLiteral("interface"), chance() ? QStringLiteral("*") : QStringLiteral("none0")}};
            maybe(all, "txcomp", fraction(-1, 1));
            maybe(all, "rxcomp", fraction(-1, 1));
            maybe(
                all, "rxfilter",
                pickOf({QStringLiteral("all"), QStringLiteral("ntp"), QStringLiteral("ptp"), QStringLiteral("none")}));
            maybe(all, "minpoll", between(-6, 0));
            maybe(all, "maxpoll", between(0, 20));
            maybe(all, "minsamples", between(2, 30));
            maybe(all, "maxsamples", between(30, 64));
            map.insert(QStringLiteral("hwtimestamp"), QCborArray{all});
        }
        if (chance()) {
            QCborMap leap{{QStringLiteral("mode"), pickOf({QStringLiteral("system"), QStringLiteral("slew"),
                                                           QStringLiteral("smear"), QStringLiteral("ignore")})}};
            maybe(leap, "list",
                  chance() ? QStringLiteral("right/UTC") : QStringLiteral("/usr/share/zoneinfo/leap-seconds.list"));
            map.insert(QStringLiteral("leap"), leap);
        }
        addNumbers(map);
        return map;
    }
    void addNumbers(QCborMap& map) {
        maybe(map, "bindDevice", QStringLiteral("lo"));
        maybe(map, "dscp", between(0, 63));
        if (chance()) {
            map.insert(QStringLiteral("port"), 123);
            map.insert(QStringLiteral("ptpPort"), between(124, 65535));
            maybe(map, "ptpDomain", between(0, 255));
        }
        if (!map.contains(QStringLiteral("leap"))) maybe(map, "maxslewrate", fraction(1e-3, 100'000));
        maybe(map, "maxupdateskew", fraction(1e-3, 1e6));
        if (m_interleaved) maybe(map, "clientloglimit", between(1024, 1 << 20));
        maybe(map, "logchange", fraction(1e-9, 1e6));
        maybe(map, "log", list(1, [&] {
                  return pickOf(
                      {QStringLiteral("measurements"), QStringLiteral("selection"), QStringLiteral("tempcomp")});
              }));
        if (map.contains(QStringLiteral("rtcsync")) || !chance(4)) return;
        QCborMap rtc{{QStringLiteral("file"), QStringLiteral("/var/lib/rtc")}};
        maybe(rtc, "autotrim", fraction(1, 1e6));
        maybe(rtc, "onUtc", chance());
        map.insert(QStringLiteral("rtc"), rtc);
    }

    QCborMap key(qint64 id) {
        QCborMap map{{QStringLiteral("id"), id}};
        switch (pick(4)) {
            case 0:
                map.insert(QStringLiteral("type"), QStringLiteral("aes128"));
                map.insert(QStringLiteral("value"), QStringLiteral("HEX:") + QString(32, u'f'));
                break;
            case 1:
                map.insert(QStringLiteral("type"), QStringLiteral("AES256"));
                map.insert(QStringLiteral("value"), QString(32, u'%'));
                break;
            case 2:
                map.insert(QStringLiteral("type"), QStringLiteral("Sha512"));
                map.insert(QStringLiteral("value"), QString(between(1, 512), QChar(u'a' + pick(26))));
                break;
            default:
                map.insert(QStringLiteral("type"), QStringLiteral("MD5"));
                map.insert(QStringLiteral("value"), QStringLiteral("ASCII:HEX:no"));
        }
        return map;
    }
    QCborMap security(int keys) {
        QCborMap map;
        if (keys > 0) {
            QCborArray all;
            for (qint64 id = 1; id <= keys; ++id) all.append(key(id));
            map.insert(QStringLiteral("authentication"), QCborMap{{QStringLiteral("keys"), all}});
        }
        if (chance(3)) {
            QCborMap nts{{QStringLiteral("enabled"), true},
                         {QStringLiteral("server"),
                          QCborMap{{QStringLiteral("port"), between(1, 65535)},
                                   {QStringLiteral("rotate"), between(0, 31536000)},
                                   {QStringLiteral("ratelimit"),
                                    QCborMap{{QStringLiteral("enabled"), m_interleaved && chance()}}}}}};
            maybe(nts, "nocerttimecheck", between(0, 1000000));
            maybe(nts, "aeads", QCborArray{30, 15});
            map.insert(QStringLiteral("nts"), nts);
        }
        if (m_interleaved && chance()) {
            QCborMap limit{{QStringLiteral("enabled"), true}};
            maybe(limit, "interval", fraction(0.000002, 4096));
            maybe(limit, "burst", between(1, 255));
            maybe(limit, "leak", between(1, 4));
            maybe(limit, "kod", between(0, 4));
            map.insert(QStringLiteral("ratelimit"), limit);
        }
        if (chance(3))
            map.insert(QStringLiteral("onFailure"), chance() ? QStringLiteral("open") : QStringLiteral("closed"));
        QCborArray access;
        for (int i = pick(6); i > 0; --i)
            access.append(
                QCborMap{{QStringLiteral("network"),
                          chance() ? QStringLiteral("10.%1.0.0/16").arg(i) : QStringLiteral("fd00:%1::/32").arg(i)},
                         {QStringLiteral("permission"), chance() ? QStringLiteral("allow") : QStringLiteral("deny")}});
        map.insert(QStringLiteral("access"), access);
        return map;
    }

    QRandomGenerator m_random;
    int m_names = 0;
    bool m_interleaved = true;
};

}  // namespace fos1::ntp::test
