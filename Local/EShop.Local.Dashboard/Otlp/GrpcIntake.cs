using Grpc.Core;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>OTLP over gRPC.</summary>
internal static class GrpcIntake
{
    public static void MapOtlpGrpc(this IEndpointRouteBuilder app)
    {
        app.MapGrpcService<OfTraces>();
        app.MapGrpcService<OfMetrics>();
        app.MapGrpcService<OfLogs>();
    }

    internal sealed class OfTraces(Intake intake) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            intake.Take(request);
            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }

    internal sealed class OfMetrics(Intake intake) : MetricsService.MetricsServiceBase
    {
        public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
        {
            intake.Take(request);
            return Task.FromResult(new ExportMetricsServiceResponse());
        }
    }

    internal sealed class OfLogs(Intake intake) : LogsService.LogsServiceBase
    {
        public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
        {
            intake.Take(request);
            return Task.FromResult(new ExportLogsServiceResponse());
        }
    }
}
