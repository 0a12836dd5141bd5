using EShop.Local.Dashboard.Store;
using Google.Protobuf.Collections;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>Reads metrics: each data point becomes a sample.</summary>
internal static class MetricReading
{
    // By OTLP's numbers.
    private const int Delta = 1;

    /// <summary>A histogram with more buckets keeps its count and sum only.</summary>
    private const int MostBuckets = 256;

    public static List<Sample> Read(ExportMetricsServiceRequest request, Telemetry telemetry)
    {
        var samples = new List<Sample>();
        foreach (var resource in request.ResourceMetrics)
        {
            var source = Values.Source(resource.Resource, telemetry.Senders);
            foreach (var scope in resource.ScopeMetrics)
            {
                foreach (var metric in scope.Metrics)
                    Read(metric, new InstrumentKey(source.Service, Interned.Text(scope.Scope?.Name ?? ""), Interned.Text(metric.Name)), source, telemetry.Limits, samples);
            }
        }

        return samples;
    }

    private static void Read(Metric metric, InstrumentKey key, Source source, Limits limits, List<Sample> samples)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                Numbers(InstrumentKind.Gauge, metric.Gauge.DataPoints, isDelta: false);
                break;
            case Metric.DataOneofCase.Sum:
                Numbers(metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDown, metric.Sum.DataPoints, metric.Sum.AggregationTemporality == Delta);
                break;
            case Metric.DataOneofCase.Histogram:
                foreach (var point in metric.Histogram.DataPoints)
                {
                    var fits = point.BucketCounts.Count <= MostBuckets && point.BucketCounts.Count == point.ExplicitBounds.Count + 1;
                    Add(InstrumentKind.Histogram, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, metric.Histogram.AggregationTemporality == Delta,
                        fits ? new(point.Sum, point.Count, [.. point.BucketCounts], [.. point.ExplicitBounds]) : new(point.Sum, point.Count, [], []));
                }

                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                foreach (var point in metric.ExponentialHistogram.DataPoints)
                    Add(InstrumentKind.Histogram, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, metric.ExponentialHistogram.AggregationTemporality == Delta, Explicit(point));
                break;
            case Metric.DataOneofCase.Summary:
                foreach (var point in metric.Summary.DataPoints)
                    Add(InstrumentKind.Histogram, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, isDelta: false, new(point.Sum, point.Count, [], []));
                break;
            case Metric.DataOneofCase.None:
            default:
                break;
        }

        void Numbers(InstrumentKind kind, RepeatedField<NumberDataPoint> points, bool isDelta)
        {
            foreach (var point in points)
                Add(kind, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, isDelta, new(point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble, 0, [], []));
        }

        void Add(InstrumentKind kind, RepeatedField<KeyValue> attributes, ulong since, ulong time, bool isDelta, Measure measure) => samples.Add(new(
            new(key, kind, metric.Unit, metric.Description), source, Values.Read(attributes, limits), (long)since, (long)time, measure, isDelta));
    }

    // Bucket i of scale s holds what is up to base^(i+1), base being 2^(2^-s).
    private static Measure Explicit(ExponentialHistogramDataPoint point)
    {
        var buckets = point.Positive?.BucketCounts ?? [];
        if (buckets.Count is 0 or > MostBuckets)
            return new(point.Sum, point.Count, [], []);
        var bounds = new double[buckets.Count + 1];
        for (var i = 0; i < bounds.Length; i++)
            bounds[i] = Math.Pow(2, (point.Positive!.Offset + i) * Math.Pow(2, -point.Scale));
        return new(point.Sum, point.Count, [point.ZeroCount, .. buckets, 0], bounds);
    }
}
