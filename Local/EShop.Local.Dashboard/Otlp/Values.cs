using System.Globalization;
using EShop.Local.Dashboard.Store;
using Google.Protobuf.Collections;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>Makes of OTLP's typed values the texts that people look at.</summary>
internal static class Values
{
    public static Tag[] Read(RepeatedField<KeyValue> attributes, Limits limits)
    {
        if (attributes.Count == 0)
            return [];
        var read = new Tag[Math.Min(attributes.Count, limits.MaxAttributeCount)];
        for (var i = 0; i < read.Length; i++)
            read[i] = new(Interned.Text(Cut(attributes[i].Key, limits)), Interned.Text(Cut(Text(attributes[i].Value), limits)));
        return read;
    }

    public static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => $"[{string.Join(", ", value.ArrayValue.Values.Select(Text))}]",
        AnyValue.ValueOneofCase.KvlistValue => $"{{{string.Join(", ", value.KvlistValue.Values.Select(one => $"{one.Key}: {Text(one.Value)}"))}}}",
        AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
        _ => "",
    };

    public static string Cut(string text, Limits limits) => text.Length <= limits.MaxAttributeLength ? text : $"{text.AsSpan(0, limits.MaxAttributeLength)}…";

    public static Source Source(Resource? resource, Senders senders)
    {
        var (service, instance) = ("unknown", "");
        foreach (var attribute in resource?.Attributes ?? [])
        {
            if (attribute.Key == "service.name")
                service = Text(attribute.Value);
            else if (attribute.Key == "service.instance.id")
                instance = Text(attribute.Value);
        }

        return senders.Of(service, instance);
    }
}
