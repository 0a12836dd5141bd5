using EShop.Local.Dashboard.Access;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>Lets in by gRPC who brings the key.</summary>
internal sealed class OtlpKey(AccessOptions access) : Interceptor
{
    public const string Header = "x-otlp-api-key";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Secret.Equal(context.RequestHeaders.GetValue(Header), access.OtlpKey)
            ? continuation(request, context)
            : throw new RpcException(new Status(StatusCode.Unauthenticated, $"The header {Header} is missing or wrong."));
}
