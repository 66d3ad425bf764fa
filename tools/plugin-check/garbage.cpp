// SPDX-License-Identifier: GPL-2.0-or-later
#include "garbage.h"

#include <QJsonArray>
#include <limits>

#include "fos1/cbor_size.h"
#include "fos1/features/bus.h"

namespace fos1::check {

namespace {

struct NamedValue {
    QString name;
    QCborValue value;
};

QCborMap nested(int depth) {
    QCborMap map{{QStringLiteral("end"), true}};
    for (int i = 0; i < depth; ++i) map = QCborMap{{QStringLiteral("deeper"), map}};
    return map;
}

const std::vector<NamedValue>& wrongValues() {
    static const std::vector<NamedValue> values{
        {QStringLiteral("null"), nullptr},
        {QStringLiteral("true"), true},
        {QStringLiteral("-1"), -1},
        {QStringLiteral("the smallest integer"), std::numeric_limits<qint64>::min()},
        {QStringLiteral("the largest integer"), std::numeric_limits<qint64>::max()},
        {QStringLiteral("not a number"), std::numeric_limits<double>::quiet_NaN()},
        {QStringLiteral("1e308"), 1e308},
        {QStringLiteral("an empty text"), QString()},
        {QStringLiteral("a path that leads upwards"), QStringLiteral("../../../../etc/passwd")},
        {QStringLiteral("control characters"), QString(QStringLiteral("a\nb\r\t\"';") + QChar(0) + QChar(0xD800))},
        {QStringLiteral("64 Ki characters"), QString(65'536, u'x')},
        {QStringLiteral("bytes"), QByteArray("\x00\xff\xfe", 3)},
        {QStringLiteral("an empty list"), QCborArray()},
        {QStringLiteral("a list of lists"), QCborArray{QCborArray{QCborArray{1}}, nullptr, QCborMap()}},
        {QStringLiteral("an empty map"), QCborMap()},
        {QStringLiteral("a map"), QCborMap{{7, 7}, {QStringLiteral("x"), QCborArray{QStringLiteral("y")}}}},
    };
    return values;
}

QCborValue plain(const QJsonObject& schema) {
    if (schema.contains(u"default")) return QCborValue::fromJsonValue(schema.value(u"default"));
    if (const QJsonArray choices = schema.value(u"enum").toArray(); !choices.isEmpty())
        return QCborValue::fromJsonValue(choices.first());
    const QString type = schema.value(u"type").toString();
    if (type == QLatin1String("boolean")) return false;
    if (type == QLatin1String("integer")) return schema.value(u"minimum").toInteger(0);
    if (type == QLatin1String("number")) return schema.value(u"minimum").toDouble(0);
    if (type == QLatin1String("array")) return QCborArray();
    if (type == QLatin1String("object")) return plainValue(schema);
    return QStringLiteral("x");
}

}  // namespace

QCborMap plainValue(const QJsonObject& schema) {
    QCborMap map;
    const QJsonObject properties = schema.value(u"properties").toObject();
    for (auto it = properties.begin(); it != properties.end(); ++it) map.insert(it.key(), plain(it->toObject()));
    return map;
}

std::vector<NamedMap> garbageMaps(const QJsonObject& schema) {
    std::vector<NamedMap> maps;
    maps.push_back({QStringLiteral("an empty map"), {}});
    maps.push_back({QStringLiteral("500 nested maps"), nested(500)});
    maps.push_back({QStringLiteral("keys that are not text"), {{1, 1}, {-5, true}}});
    QCborMap many;
    for (int i = 0; i < 10'000; ++i) many.insert(QStringLiteral("unknown%1").arg(i), i);
    maps.push_back({QStringLiteral("10,000 unknown fields"), many});
    maps.push_back({QStringLiteral("as large as the bus allows"),
                    {{QStringLiteral("x"), QByteArray(IBus::kMaxPayloadBytes - 64, 'x')}}});

    const QCborMap good = plainValue(schema);
    const QStringList fields = schema.value(u"properties").toObject().keys();
    for (const NamedValue& wrong : wrongValues()) {
        QCborMap all;
        for (const QString& field : fields) {
            QCborMap one = good;
            one.insert(field, wrong.value);
            all.insert(field, wrong.value);
            maps.push_back({field + QStringLiteral(" is ") + wrong.name, one});
        }
        if (!all.isEmpty() && fitsEncoded(all, IBus::kMaxPayloadBytes))
            maps.push_back({QStringLiteral("every field is ") + wrong.name, all});
    }
    return maps;
}

std::vector<NamedMap> garbageObjects(const QString& kind, const QJsonObject& specSchema) {
    const QString apiVersion = kind.section(u'/', 0, 1);
    const QString name = kind.section(u'/', -1);
    const auto object = [&](const QCborValue& spec) {
        return QCborMap{{QStringLiteral("apiVersion"), apiVersion},
                        {QStringLiteral("kind"), name},
                        {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("garbage")},
                                                              {QStringLiteral("namespace"), QStringLiteral("default")},
                                                              {QStringLiteral("generation"), 1}}},
                        {QStringLiteral("spec"), spec}};
    };
    std::vector<NamedMap> objects;
    for (const NamedMap& spec : garbageMaps(specSchema))
        objects.push_back({name + QStringLiteral(" whose spec is: ") + spec.name, object(spec.value)});
    for (const NamedValue& wrong : wrongValues())
        objects.push_back({name + QStringLiteral(" whose spec is ") + wrong.name, object(wrong.value)});
    QCborMap nameless = object(QCborMap());
    nameless.remove(QStringLiteral("metadata"));
    objects.push_back({name + QStringLiteral(" without metadata"), nameless});
    objects.push_back({QStringLiteral("an empty object"), {}});
    return objects;
}

}  // namespace fos1::check
