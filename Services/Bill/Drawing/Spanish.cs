namespace EShop.Bill.Drawing;

internal sealed class Spanish : Language
{
    public static readonly Spanish Instance = new();

    private static readonly string[] Months =
        ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];

    public override string Code => "es";
    public override string Invoice => "Factura";
    public override string CreditNote => "Factura rectificativa";
    public override string Corrects(string invoice, DateOnly issuedOn) => $"Rectifica la factura {invoice} del {Date(issuedOn)}";
    public override string RefundedAmount => "Devolución de un importe, repartido entre los tipos impositivos de la factura.";
    public override string Number => "Número";
    public override string IssueDate => "Fecha de expedición";
    public override string Order => "Pedido";
    public override string BillTo => "Cliente";
    public override string TaxId => "NIF";
    public override string Payment => "Pago";
    public override string Refund => "Reembolso";
    public override string Refunded => "Reembolsado";
    public override string Paid => "Pagada";
    public override string PaidOn => "Fecha de pago";
    public override string Card => "Tarjeta";
    public override string Reference => "Referencia";
    public override string Description => "Descripción";
    public override string Quantity => "Cant.";
    public override string UnitPrice => "Precio";
    public override string TaxRate => "Tipo";
    public override string Net => "Base imponible";
    public override string Tax => "Impuesto";
    public override string Total => "Total";
    public override string TaxSummary => "Desglose por tipo impositivo";
    public override string PricesIncludeTax => "Los precios unitarios incluyen impuestos.";
    public override string PageCounter => """
        "Página " counter(page) " de " counter(pages)
        """;

    public override string Date(DateOnly date) => $"{date.Day} de {Months[date.Month - 1]} de {date.Year}";
    public override string Rate(decimal percentage) => Plain(percentage).Replace('.', ',') + " %";

    public override string Amount(long minor, string currency) =>
        Sign(minor) + Digits(minor, currency, '.', ',') + " " + (Symbol(currency) ?? currency);
}
